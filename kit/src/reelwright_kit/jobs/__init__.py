"""Jobs: durable work with one record, one gapless event log and one set of verbs for every modality."""
