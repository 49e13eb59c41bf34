// Why a source gave nothing: the word that stands in reports, in rejects and behind `retry --cause`.
import * as Schema from "effect/Schema"

/**
 * `NotFound`: there is none. `SoftNotFound`: an answer of 200 that says so. `Moved`: another entity is there now.
 * `Blocked`: a wall stands before it (captcha, login, paywall, 401, 403). `Thin`: too little text is there.
 * `Unsupported`: no text that can be read. `Refused`: it is not asked for (address, scheme, robots.txt, a path outside
 * the folder). `TooLarge`: more bytes than allowed. The others pass: `RateLimited`, `Network`, `Timeout`.
 */
export const MissCause = Schema.Literals([
  "NotFound",
  "SoftNotFound",
  "Moved",
  "Blocked",
  "Thin",
  "Unsupported",
  "Refused",
  "TooLarge",
  "RateLimited",
  "Network",
  "Timeout"
])
export type MissCause = typeof MissCause.Type
