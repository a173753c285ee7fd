"""What every way out shares: a file of named targets with secrets by reference, one request sent, the wait before the next try."""
