"""The llm service: text, plans and judgements."""
