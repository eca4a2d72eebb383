"""What clothier stands on: files that survive a crash, the machine, installed packages, and its own version."""
