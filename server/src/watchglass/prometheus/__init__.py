"""What Prometheus reads: model calls as metrics, kept up with each commit, and the rules that watch over them."""
