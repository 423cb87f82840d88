"""The wire of Gemini's API: questions as its JSON, its JSON as answers, its errors."""
