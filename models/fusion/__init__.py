"""The embedded writer: architecture, training recipe, checkpoint and model card."""
