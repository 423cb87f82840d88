"""Many calls on one gRPC stream: a call of gRPC costs ten times what it costs to be carried."""
