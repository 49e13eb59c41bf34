// How a person started this program: the words to put before a command of ours, for lines that are there to be pasted.
import * as Context from "effect/Context"

/** `["inkfast"]`, `["npx", "inkfast"]`, `["npm", "run", "inkfast", "--"]`, `["node", "dist/bin.js"]`. Never empty. */
export class TypedCommand extends Context.Service<TypedCommand, ReadonlyArray<string>>()(
  "inkfast/services/TypedCommand"
) {}
