"""What Python users hold: `train` and `resume`, and a trained `Model`; a run from its first epoch to its page."""
