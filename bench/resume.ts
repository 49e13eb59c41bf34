// What is settled, by the index against reading the masters: `node bench/resume.ts [directory] [lines] [rounds]`. Every
// slug that a naive reading knows has to be there, and no other.
import { compareReading } from "./readingRounds.ts"

await compareReading(["naive", "full", "index", "find", "explain", "bare"], {
  before: ["keep", "check"]
})
