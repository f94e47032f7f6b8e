"""What holds weights: encoders and writers."""
