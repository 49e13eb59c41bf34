// A whole audit against copying the masters: `node bench/audit.ts [directory] [lines] [rounds]`.
import { compareReading } from "./readingRounds.ts"

await compareReading(["copy", "audit"])
