// What is settled, by the index against reading the masters: `node bench/resume.ts [directory] [lines] [rounds]`.
import { compareReading } from "./readingRounds.ts"

await compareReading(["naive", "full", "index", "find"], ["keep"])
