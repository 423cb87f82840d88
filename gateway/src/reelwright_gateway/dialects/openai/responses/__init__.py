"""`/v1/responses`: answers that are kept, by the contract's ResponseService."""
