// Evidence for an item that had too little: asked for again past the cache, then under other spellings of its addresses.
//
// Nothing is paid for meanwhile. A spelling counts only once its page was fetched and gave text; the row stays as it is.
import * as Effect from "effect/Effect"
import { addressVariants } from "../../services/evidence/AddressVariants.ts"
import type { Evidence, EvidenceBundle, EvidenceMiss } from "../../services/evidence/Evidence.ts"
import type { Item, Json } from "../../services/items/Item.ts"
import type { Happening } from "./RunEvent.ts"

/** Addresses of one item for which other spellings are tried. */
const addressesMax = 4

/** What another spelling cannot mend: the server is there, or nothing may be asked of it. */
const hopeless: ReadonlySet<EvidenceMiss["cause"]> = new Set([
  "Refused",
  "TooLarge",
  "Timeout",
  "Network",
  "RateLimited",
  "Blocked",
  "Unsupported"
])

const replaced = (value: Json, from: string, to: string): Json =>
  typeof value === "string"
    ? value.trim() === from ? to : value
    : Array.isArray(value)
    ? (value as ReadonlyArray<Json>).map((each) => replaced(each, from, to))
    : value

/** The item with another address where the row gives this one, in the fields that hold addresses. */
const readdressed = (
  item: Item,
  urlFields: ReadonlyArray<string>,
  from: string,
  to: string
): Item => ({
  ...item,
  fields: Object.fromEntries(
    Object.entries(item.fields).map(([field, value]) => [
      field,
      urlFields.includes(field) ? replaced(value, from, to) : value
    ])
  )
})

const isMissed = ({ misses }: EvidenceBundle, url: string): boolean =>
  misses.some((miss) => miss.kind === "url" && miss.name === url)

export const gatherAnew = Effect.fnUntraced(function*(
  evidence: Evidence["Service"],
  urlFields: ReadonlyArray<string>,
  emit: (event: Happening) => Effect.Effect<void>,
  item: Item
): Effect.fn.Return<EvidenceBundle> {
  let found = yield* evidence.gather(item, { fresh: true })
  let current = item
  const missed = found.misses.filter(({ cause, kind }) => kind === "url" && !hopeless.has(cause))
  for (const { name: from } of missed.slice(0, addressesMax)) {
    for (const to of addressVariants(from)) {
      if (found.outcome._tag === "Enough") return found
      const tried = readdressed(current, urlFields, from, to)
      const bundle = yield* evidence.gather(tried)
      if (isMissed(bundle, to)) continue
      yield* emit({ event: "readdressed", slug: item.slug, from, to })
      current = tried
      found = bundle
      break
    }
  }
  return found
})
