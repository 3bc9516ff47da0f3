ALTER TABLE "runs" ADD COLUMN "changed" "xid8" DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_by_change" ON "runs" USING btree ("changed","id");--> statement-breakpoint
CREATE FUNCTION "runs_note_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed := pg_current_xact_id();
  PERFORM pg_notify('entropic_lab', 'runs');
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "runs_note_change" BEFORE INSERT OR UPDATE OF "status", "attempt", "worker_id", "cancel_requested", "not_before", "last_seq", "progress", "headline", "error" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "runs_note_change"();
