"""What `scripts/make_clothes.py` is made of: lessons, and training."""
