-- A request id names a job as long as there is one: deleting the job frees the id.
-- The id is claimed before its job is written, in the same transaction, so the reference is checked at its end.

delete from reelwright.request_ids where subject not in (select id from reelwright.jobs);
create index request_ids_by_subject on reelwright.request_ids (subject);
alter table reelwright.request_ids add foreign key (subject) references reelwright.jobs (id)
  on delete cascade deferrable initially deferred;
