// Why one try at a page came to nothing, and whether another may come to more.
import type { EvidenceMiss } from "./Evidence.ts"
import { htmlToText } from "./html/HtmlText.ts"
import type { PageAnswer, PageError } from "./PageFetcher.ts"
import { waitAskedMs } from "./RetryAfter.ts"
import { wallOf, wallReason } from "./verdict/Walls.ts"

type Miss = Pick<EvidenceMiss, "cause" | "reason">

/** A failure of one try, and how long the server asks to be left alone. */
export interface Failed extends Miss {
  readonly retry: boolean
  readonly waitMs: number
}

export const failed = (
  cause: Miss["cause"],
  reason: string,
  retry = false,
  waitMs = 0
): Failed => ({
  cause,
  reason,
  retry,
  waitMs
})

export const failedFetch = ({ detail, reason }: PageError): Failed =>
  failed(reason, detail, reason === "Network")

const titleIn = (html: string): string =>
  /<title[^>]{0,200}>([^<]{0,300})/i.exec(html)?.[1]?.trim() ?? ""

/** An answer that is neither a page nor a redirect. */
export const failedStatus = (url: string, answer: PageAnswer, nowMs: number): Failed => {
  const { headers, status } = answer
  const said = `the server answered ${status}`
  if (status === 404 || status === 410) return failed("NotFound", said)
  const html = Buffer.from(answer.bytes).toString("utf8")
  const text = htmlToText(html)
  const wall = wallOf({ status, headers, html, title: titleIn(html), url, text, textChars: 0 })
  if (wall !== undefined && status !== 429) {
    return failed("Blocked", `${said}: ${wallReason(wall)}`)
  }
  const waitMs = waitAskedMs(headers["retry-after"], nowMs)
  if (status === 429) return failed("RateLimited", said, true, waitMs)
  if (status === 408 || status === 425 || status >= 500 || status < 400) {
    return failed("Network", said, status >= 400, waitMs)
  }
  return failed("Blocked", said)
}
