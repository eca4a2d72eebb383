"""What clothier stands on: files that survive a crash, installed packages, and its own version."""
