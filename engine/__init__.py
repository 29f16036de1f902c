"""What is on disk (the bundle) and how it becomes something that runs."""
