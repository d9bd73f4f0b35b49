"""How fast Bosco is: ratios against a peer measured in the same run, or growth as the work grows."""
