"""The wire of Anthropic's messages: questions as its JSON, its JSON and events as answers."""
