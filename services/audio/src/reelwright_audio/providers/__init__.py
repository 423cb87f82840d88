"""The audio service: speech, music and transcripts."""
