"""What watches: probes, their readings and the state they lead to."""
