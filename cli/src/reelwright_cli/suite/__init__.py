"""The whole suite on one machine: processes, ports, database and how they are watched."""
