"""What is watched, when it is told and to whom: rules, their states, incidents and notifications."""
