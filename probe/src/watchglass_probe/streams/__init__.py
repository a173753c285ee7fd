"""Token streams: how soon, how evenly and how surely the tokens came."""
