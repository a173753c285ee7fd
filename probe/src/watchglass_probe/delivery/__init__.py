"""What is to be sent, kept until the server has it: in memory or on disk, in order, within bounds."""
