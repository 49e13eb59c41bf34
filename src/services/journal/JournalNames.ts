// How the files of raw/ are called, and whose they are.

const runPart = String.raw`^ai-run-(\d{8}T\d{6}-[0-9a-f]{6})`
const journalName = new RegExp(String.raw`${runPart}\.jsonl$`)
const manifestName = new RegExp(String.raw`${runPart}\.meta\.json$`)
const besideJournal = new RegExp(String.raw`${runPart}\.(?:meta\.json|slugs|lines)$`)

/** The run whose manifest has the name; undefined for any other file. */
export const manifestRunIdOf = (name: string): string | undefined => manifestName.exec(name)?.[1]

/** The run whose journal has the name; undefined for any other file. */
export const runIdOf = (name: string): string | undefined => journalName.exec(name)?.[1]

/** Locks and temp files are hidden names; what else is not ours was made by another program. */
export const isForeignName = (name: string): boolean =>
  !name.startsWith(".") && !journalName.test(name) && !besideJournal.test(name)
