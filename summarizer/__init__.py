"""Many articles about one event in, one faithful briefing out."""
