// A directory for a while: empty at first, gone with everything in it when its scope ends.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DiskError } from "./Disk.ts"

export class Scratch extends Context.Service<Scratch, {
  /**
   * Makes it inside a directory that exists, and answers its absolute path. Removed on every end but a kill; what a kill
   * left there is removed first.
   */
  readonly make: (inside: string) => Effect.Effect<string, DiskError, Scope.Scope>
}>()("inkfast/services/durability/Scratch") {}
