-- Jobs, their stages and samples, and the flows they trained.
-- Times are microseconds since 1970, by the store's clock. Ids sort by creation: the
-- queue and the lists are in their order.

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  spec BLOB NOT NULL,
  request_id TEXT,                 -- NULL: none
  request_fingerprint BLOB,        -- what a repeated request must match
  state TEXT NOT NULL
    CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  worker_losses INTEGER NOT NULL DEFAULT 0,
  create_time INTEGER NOT NULL,
  start_time INTEGER,
  end_time INTEGER,
  update_time INTEGER NOT NULL,
  flow_id TEXT NOT NULL DEFAULT '',
  result BLOB,
  error_code INTEGER,
  error_reason TEXT,
  error_message TEXT
) STRICT;

CREATE UNIQUE INDEX jobs_by_request ON jobs (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, id);

CREATE TABLE job_labels (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_labels_by_value ON job_labels (key, value);

CREATE TABLE stages (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  time INTEGER NOT NULL,
  stage BLOB NOT NULL,
  PRIMARY KEY (job_id, sequence)
) STRICT, WITHOUT ROWID;

-- One row a table of numbers; kind 1: samples, 2: particles, 3: log weights.
CREATE TABLE sample_tables (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  kind INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  columns INTEGER NOT NULL,
  rows_per_chunk INTEGER NOT NULL,
  PRIMARY KEY (job_id, kind)
) STRICT, WITHOUT ROWID;

-- float64, little-endian, row-major; crc32c of the bytes.
CREATE TABLE sample_chunks (
  job_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  crc32c INTEGER NOT NULL,
  data BLOB NOT NULL,
  FOREIGN KEY (job_id, kind) REFERENCES sample_tables (job_id, kind) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX sample_chunks_by_place ON sample_chunks (job_id, kind, sequence);

-- No foreign key to the job: a flow outlives it.
CREATE TABLE flows (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  dimension INTEGER NOT NULL,
  num_stages INTEGER NOT NULL,
  target BLOB NOT NULL,
  model BLOB NOT NULL,
  model_crc32c INTEGER NOT NULL
) STRICT;
