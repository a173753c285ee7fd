"""What stands in for a disk, a server and a GPU's driver in tests."""
