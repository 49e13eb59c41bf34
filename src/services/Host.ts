// The program and the machine a run works on, as its manifest names them.
import * as Context from "effect/Context"

export class Host extends Context.Service<Host, {
  readonly name: string
  readonly versions: { readonly inkfast: string; readonly node: string; readonly effect: string }
}>()("inkfast/services/Host") {}
