"""Model servers and machines: what they reported, for their pages and beside a call."""
