"""The user's cache on disk, whatever library fills it: its folder, whole files, checked blobs."""
