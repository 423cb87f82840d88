"""The wire of OpenAI's API for text: questions as its JSON, its JSON as answers, its errors."""
