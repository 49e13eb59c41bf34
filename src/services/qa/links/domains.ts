// Whether a dotted word names a host, by its last part: `evil-pills.ru` does, `README.md` and `Node.js` do not.

/** Of countries: all, since any of them can be bought. */
const countries =
  "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd " +
  "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd " +
  "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg " +
  "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv " +
  "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa " +
  "sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua " +
  "ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
/** The others that are met most, and those that are abused most. */
const others =
  "com org net info biz edu gov mil int arpa name mobi tel asia cat jobs travel museum aero coop post pro app dev xyz " +
  "online site website space store shop club top icu vip live link click life today world cloud page blog media news " +
  "email digital fun win bid loan men review date party racing stream download trade science rocks guru one onion tech " +
  "agency solutions services studio academy school health care finance money bank bet casino poker porn sex adult xxx " +
  "games game host press work ltd llc inc zip mov buzz monster quest cyou rest bar lol"

const endings = new Set(`${countries} ${others}`.split(" "))

/** Endings of files, and words before which a space may be missing: a host only with a path behind it. */
const doubtful = new Set(
  "md py rs sh pl ps so ml mk pm tf zip mov am as at be by do id in inc is it la me my na no one to us"
    .split(" ")
)

/** `host` without a scheme, in lower case. */
export const namesHost = (host: string, hasPath: boolean): boolean => {
  const ending = host.slice(host.lastIndexOf(".") + 1)
  return endings.has(ending) && (hasPath || !doubtful.has(ending))
}
