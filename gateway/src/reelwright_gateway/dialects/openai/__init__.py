"""The OpenAI API, as its SDKs know it."""
