"""Builds the services, connects them, mounts the pages and runs the engines."""
