// A whole audit against copying what it reads: `node bench/audit.ts [directory] [lines] [rounds]`. First of masters alone,
// then with the journal of the run that made them. The audit has to find every record, and nothing broken.
import { generateJournal } from "./consolidationData.ts"
import { compareReading } from "./readingRounds.ts"

await compareReading(["copy", "audit"])
await compareReading(["copy", "audit"], { generate: generateJournal })
