// runtime/dicom/data/files.ts
import { closeSync as closeSync2, fstatSync, openSync as openSync2, readSync as readSync2 } from "node:fs";

// runtime/dicom/errors.ts
var DicomError = class extends Error {
  code;
  hint;
  /** Clause of the standard. */
  ref;
  constructor(code2, message, more = {}) {
    super(message, more.cause === void 0 ? void 0 : { cause: more.cause });
    this.name = "DicomError";
    this.code = code2;
    this.hint = more.hint;
    this.ref = more.ref;
  }
};

// runtime/dicom/data/data-error.ts
var DataError = class extends DicomError {
  constructor(code2, message, hint) {
    super(code2, message, hint === void 0 ? {} : { hint });
    this.name = "DataError";
  }
};

// runtime/dicom/data/file-walk.ts
import { readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
function isGlob(path) {
  return /[*?[{]/.test(path);
}
function findFiles(path, base) {
  const full = isAbsolute(path) ? path : resolve(base, path);
  const walk = { files: [], unreadable: [], seen: /* @__PURE__ */ new Set(), matches: () => true };
  if (!isGlob(path)) {
    visit(full, walk);
  } else {
    const root = globRoot(full);
    const pattern = globPattern(full);
    visit(root, { ...walk, matches: (file) => pattern.test(file) });
  }
  walk.files.sort((a, b) => a.path < b.path ? -1 : 1);
  return walk;
}
function visit(path, walk) {
  try {
    const stat = statSync(path);
    if (stat.isFile()) {
      if (walk.matches(path)) walk.files.push({ path, bytes: stat.size });
      return;
    }
    if (!stat.isDirectory()) return;
    const real = realpathSync(path);
    if (walk.seen.has(real)) return;
    walk.seen.add(real);
    for (const name of readdirSync(path)) visit(join(path, name), walk);
  } catch (error) {
    walk.unreadable.push({ path, reason: errorCode(error) });
  }
}
function errorCode(error) {
  const code2 = error.code;
  return typeof code2 === "string" ? code2 : "unknown error";
}
function globRoot(pattern) {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex(isGlob);
  const root = parts.slice(0, first).join(sep);
  return root === "" ? dirname(pattern) : root;
}
function globPattern(pattern) {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i);
    const character = pattern[i] ?? "";
    const set = /^\[(!?)([^\]/]+)\]/.exec(rest);
    const choice = /^\{([^}]*)\}/.exec(rest);
    if (rest.startsWith("**/")) {
      source += "(?:.*/)?";
      i += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      i += 1;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (set !== null) {
      source += `[${set[1] === "!" ? "^" : ""}${(set[2] ?? "").replace(/\\/g, "\\\\")}]`;
      i += set[0].length - 1;
    } else if (choice !== null) {
      source += `(?:${(choice[1] ?? "").split(",").map(escape).join("|")})`;
      i += choice[0].length - 1;
    } else source += escape(character);
  }
  return new RegExp(`^${source}$`);
}
function escape(text2) {
  return text2.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

// runtime/dicom/data/hash.ts
import { createHash, hash as hashOnce } from "node:crypto";

// runtime/dicom/data/dictionary.ts
import { createRequire } from "node:module";
var loaded = null;
function dcmjs() {
  if (loaded === null) {
    const require2 = createRequire(import.meta.url);
    loaded = require2("dcmjs");
    loaded.log?.setLevel?.("error");
  }
  return loaded;
}
function tagText(tag) {
  const hex = tag.toString(16).toUpperCase().padStart(8, "0");
  return `${hex.slice(0, 4)},${hex.slice(4)}`;
}
function tagHex(tag) {
  return tag.toString(16).padStart(8, "0");
}
var entries = /* @__PURE__ */ new Map();
function entryOf(tag) {
  const known2 = entries.get(tag);
  if (known2 !== void 0) return known2;
  const found = lookUp(tag);
  entries.set(tag, found);
  return found;
}
function lookUp(tag) {
  const group = tag >>> 16;
  const element2 = tag & 65535;
  if (element2 === 0) return { tag, vr: "UL", keyword: "GroupLength", multiple: false };
  if (group & 1) {
    const creator = element2 >= 16 && element2 <= 255;
    return creator ? { tag, vr: "LO", keyword: "PrivateCreator", multiple: false } : null;
  }
  const dictionary = dcmjs().data.DicomMetaDictionary.dictionary;
  const text2 = tagText(tag);
  let entry = dictionary[`(${text2})`];
  if (entry === void 0 && (group & 65280) === 24576) {
    entry = dictionary[`(60xx,${text2.slice(5)})`] ?? dictionary[`(6000,${text2.slice(5)})`];
  }
  if (entry === void 0 && (group & 65280) === 20480) {
    entry = dictionary[`(50xx,${text2.slice(5)})`] ?? dictionary[`(5000,${text2.slice(5)})`];
  }
  if (entry === void 0) return null;
  return {
    tag,
    vr: oneVr(entry.vr),
    keyword: entry.name.replace(/^RETIRED_/, ""),
    multiple: entry.vm !== "1"
  };
}
function oneVr(vr) {
  if (vr === "ox") return "OW";
  if (vr === "xs" || vr === "up") return vr === "xs" ? "US" : "UL";
  return /^[A-Z]{2}$/.test(vr) ? vr : "UN";
}
function vrOf(tag) {
  return entryOf(tag)?.vr ?? "UN";
}
function keywordOf(tag) {
  const entry = entryOf(tag);
  return entry === null || tag >>> 16 & 1 || (tag & 65535) === 0 ? tagHex(tag) : entry.keyword;
}
function tagOf(name) {
  const hex = /^\(?([0-9a-fA-F]{4}),?([0-9a-fA-F]{4})\)?$/.exec(name);
  if (hex !== null) return parseInt(`${hex[1]}${hex[2]}`, 16);
  const map = dcmjs().data.DicomMetaDictionary.nameMap;
  const entry = map[name] ?? map[`RETIRED_${name}`];
  const tag = entry === void 0 ? null : /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/i.exec(entry.tag);
  if (tag === null || tag === void 0) {
    const near = nearestKeyword(name, Object.keys(map));
    throw new DataError(
      "DATA_UNKNOWN_TAG",
      `"${name}": is neither a keyword of the data dictionary nor a tag`,
      near === null ? 'write a tag as "gggg,eeee"' : `did you mean ${near}?`
    );
  }
  return parseInt(`${tag[1]}${tag[2]}`, 16);
}
function nearestKeyword(name, keywords) {
  const wanted = name.toLowerCase();
  let best = null;
  let bestDistance = 4;
  for (const keyword of keywords) {
    if (Math.abs(keyword.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, keyword.toLowerCase());
    if (distance < bestDistance) {
      best = keyword;
      bestDistance = distance;
    }
  }
  return best;
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

// runtime/dicom/data/element-index.ts
var UNDEFINED_LENGTH = 4294967295;
var ITEM = 4294893568;
var ITEM_DELIMITER = 4294893581;
var SEQUENCE_DELIMITER = 4294893789;
var PIXEL_DATA = 2145386512;
var MAX_DEPTH = 64;
var SHORT_VRS = new Set(
  "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split(" ").map(vrCode)
);
var SQ = vrCode("SQ");
var UN = vrCode("UN");
function vrCode(vr) {
  return vr.charCodeAt(0) << 8 | vr.charCodeAt(1);
}
var VR_NAMES = /* @__PURE__ */ new Map();
function vrName(code2) {
  let name = VR_NAMES.get(code2);
  if (name === void 0) {
    name = String.fromCharCode(code2 >> 8, code2 & 255);
    VR_NAMES.set(code2, name);
  }
  return name;
}
function isPixelData(tag) {
  return tag === PIXEL_DATA || tag === 2145386504 || tag === 2145386505;
}
function indexDataset(bytes, encoding, stopAtPixels = false) {
  const reading = { bytes, stopAtPixels };
  const elements = [];
  let at = 0;
  while (at < bytes.length) {
    const head = readHead(reading, at, bytes.length, encoding);
    if (stopAtPixels && isPixelData(head.tag)) {
      const pixel2 = { offset: at, vr: head.vr, length: head.length };
      return { elements, pixelValueOffset: head.valueOffset, pixel: pixel2 };
    }
    const element2 = finishElement(reading, head, bytes.length, 0);
    elements.push(element2);
    at = element2.end;
  }
  const last = elements.find((element2) => isPixelData(element2.tag));
  if (last === void 0) return { elements, pixelValueOffset: -1, pixel: null };
  const length = last.undefinedLength ? UNDEFINED_LENGTH : last.length;
  const pixel = { offset: last.offset, vr: last.vr, length };
  return { elements, pixelValueOffset: last.valueOffset, pixel };
}
function malformed(offset, what) {
  return new DataError(
    "DATA_MALFORMED",
    `data set: ${what} at offset ${offset}`,
    "the file is truncated or corrupt, or not in the transfer syntax it says"
  );
}
function readTag(bytes, at, bigEndian) {
  return bigEndian ? bytes.readUInt16BE(at) * 65536 + bytes.readUInt16BE(at + 2) : bytes.readUInt16LE(at) * 65536 + bytes.readUInt16LE(at + 2);
}
function readHead(reading, at, end, encoding) {
  const { bytes } = reading;
  if (at + 8 > end) throw malformed(at, `element header of 8 bytes has only ${end - at}`);
  const tag = readTag(bytes, at, encoding.bigEndian);
  if (!encoding.explicit || tag >>> 16 === 65534) {
    const length2 = encoding.bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    const vr = tag >>> 16 === 65534 ? "" : implicitVr(tag, length2);
    return { tag, vr, offset: at, valueOffset: at + 8, length: length2, encoding };
  }
  const code2 = bytes.readUInt16BE(at + 4);
  if (!isVr(code2)) throw malformed(at, `element (${tagText(tag)}) has no VR`);
  if (SHORT_VRS.has(code2)) {
    const length2 = encoding.bigEndian ? bytes.readUInt16BE(at + 6) : bytes.readUInt16LE(at + 6);
    return { tag, vr: vrName(code2), offset: at, valueOffset: at + 8, length: length2, encoding };
  }
  if (at + 12 > end) throw malformed(at, `element header of 12 bytes has only ${end - at}`);
  const length = encoding.bigEndian ? bytes.readUInt32BE(at + 8) : bytes.readUInt32LE(at + 8);
  return { tag, vr: vrName(code2), offset: at, valueOffset: at + 12, length, encoding };
}
function isVr(code2) {
  const high = code2 >> 8;
  const low = code2 & 255;
  return high >= 65 && high <= 90 && low >= 65 && low <= 90;
}
function implicitVr(tag, length) {
  if (length === UNDEFINED_LENGTH && !isPixelData(tag)) return "SQ";
  return vrOf(tag);
}
function finishElement(reading, head, end, depth) {
  const { tag, vr, offset, valueOffset, encoding } = head;
  if (tag >>> 16 === 65534) throw malformed(offset, `(${tagText(tag)}) outside a sequence`);
  const base = { tag, vr, offset, valueOffset };
  if (head.length !== UNDEFINED_LENGTH) {
    const valueEnd = valueOffset + head.length;
    if (valueEnd > end) {
      throw malformed(
        offset,
        `(${tagText(tag)}) says ${head.length} bytes, ${end - valueOffset} left`
      );
    }
    const isSequence = vrCode(vr || "  ") === SQ;
    const items = isSequence ? readItems(reading, head, valueEnd, depth).items : null;
    return {
      ...base,
      length: head.length,
      end: valueEnd,
      undefinedLength: false,
      items,
      encoding
    };
  }
  if (isPixelData(tag) && vrCode(vr || "  ") !== SQ) {
    const valueEnd = skipFragments(reading, valueOffset, end, encoding);
    const length = valueEnd - valueOffset;
    return { ...base, length, end: valueEnd + 8, undefinedLength: true, items: null, encoding };
  }
  const inner = vrCode(vr) === UN ? { ...encoding, explicit: false, bigEndian: false } : encoding;
  const read = readItems(reading, { ...head, encoding: inner }, end, depth);
  return {
    ...base,
    length: read.valueEnd - valueOffset,
    end: read.end,
    undefinedLength: true,
    items: read.items,
    encoding: inner
  };
}
function readItems(reading, head, end, depth) {
  if (depth >= MAX_DEPTH) throw malformed(head.offset, `sequences nested deeper than ${MAX_DEPTH}`);
  const open2 = head.length === UNDEFINED_LENGTH;
  const items = [];
  let at = head.valueOffset;
  while (at < end) {
    const item = readHead(reading, at, end, head.encoding);
    if (item.tag === SEQUENCE_DELIMITER && open2) return { items, valueEnd: at, end: at + 8 };
    if (item.tag !== ITEM) {
      throw malformed(at, `(${tagText(item.tag)}) where an item of (${tagText(head.tag)}) belongs`);
    }
    const read = readItem(reading, item, end, depth + 1);
    items.push(read);
    at = read.end;
  }
  if (open2) throw malformed(head.offset, `(${tagText(head.tag)}) has no sequence delimiter`);
  return { items, valueEnd: end, end };
}
function readItem(reading, head, end, depth) {
  const { offset, valueOffset, length, encoding } = head;
  const open2 = length === UNDEFINED_LENGTH;
  const valueEnd = open2 ? end : valueOffset + length;
  if (valueEnd > end)
    throw malformed(offset, `item says ${length} bytes, ${end - valueOffset} left`);
  const elements = [];
  let at = valueOffset;
  while (at < valueEnd) {
    const next = readHead(reading, at, valueEnd, encoding);
    if (open2 && next.tag === ITEM_DELIMITER) {
      const base = { offset, valueOffset, length: at - valueOffset, end: at + 8 };
      return { ...base, undefinedLength: true, elements };
    }
    const element2 = finishElement(reading, next, valueEnd, depth);
    elements.push(element2);
    at = element2.end;
  }
  if (open2) throw malformed(offset, "item has no delimiter");
  return { offset, valueOffset, length, end: valueEnd, undefinedLength: false, elements };
}
function skipFragments(reading, from, end, encoding) {
  let at = from;
  for (; ; ) {
    const head = readHead(reading, at, end, encoding);
    if (head.tag === SEQUENCE_DELIMITER) return at;
    if (head.tag !== ITEM) throw malformed(at, `(${tagText(head.tag)}) among pixel data fragments`);
    at = head.valueOffset + head.length;
    if (at > end) throw malformed(head.offset, `fragment says ${head.length} bytes`);
  }
}
function findElement(elements, tag) {
  for (const element2 of elements) if (element2.tag === tag) return element2;
  return null;
}

// runtime/dicom/data/dataset-walker.ts
var MAX_DEPTH2 = 64;
var LONG_HEADER_BYTES = 12;
var EMPTY = Buffer.alloc(0);
var SHORT_VRS2 = new Set(
  "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split(" ").map((vr) => vr.charCodeAt(0) << 8 | vr.charCodeAt(1))
);
var UN2 = "U".charCodeAt(0) << 8 | "N".charCodeAt(0);
var Mode = { HEADER: 0, SKIP: 1, PIXELS: 2, FRAGMENTS: 3, FRAGMENT: 4, LOST: 5 };
var DatasetWalker = class {
  malformed = false;
  #sink;
  /** Encodings of the open sequences and items of undefined length, outermost first. */
  #open = [];
  #top;
  #partial = Buffer.alloc(LONG_HEADER_BYTES);
  #partialLength = 0;
  #mode = Mode.HEADER;
  #left = 0;
  constructor(encoding, sink) {
    this.#top = encoding;
    this.#sink = sink;
  }
  write(chunk) {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#mode) {
        case Mode.SKIP:
        case Mode.PIXELS:
        case Mode.FRAGMENT:
          at = this.#value(chunk, at);
          break;
        case Mode.HEADER:
        case Mode.FRAGMENTS:
          at = this.#header(chunk, at);
          break;
        default:
          return;
      }
    }
  }
  #value(chunk, at) {
    const n = Math.min(this.#left, chunk.length - at);
    this.#left -= n;
    if (this.#mode !== Mode.SKIP) {
      const last = this.#mode === Mode.PIXELS && this.#left === 0;
      this.#sink.pixelBytes(chunk.subarray(at, at + n), last);
    }
    if (this.#left === 0) {
      this.#mode = this.#mode === Mode.FRAGMENT ? Mode.FRAGMENTS : Mode.HEADER;
    }
    return at + n;
  }
  /** Reads a header, over chunk borders if need be; returns where it ended. */
  #header(chunk, at) {
    if (this.#partialLength === 0 && chunk.length - at >= LONG_HEADER_BYTES) {
      return at + this.#element(chunk, at);
    }
    const had = this.#partialLength;
    const n = Math.min(LONG_HEADER_BYTES - had, chunk.length - at);
    chunk.copy(this.#partial, had, at, at + n);
    const have = had + n;
    this.#partialLength = have;
    if (have < 8) return at + n;
    const needed = this.#headerBytes(this.#partial, 0);
    if (have < needed) return at + n;
    this.#partialLength = 0;
    this.#element(this.#partial, 0);
    return at + needed - had;
  }
  #encoding() {
    return this.#open[this.#open.length - 1] ?? this.#top;
  }
  #headerBytes(bytes, at) {
    const encoding = this.#encoding();
    if (!encoding.explicit || this.#mode === Mode.FRAGMENTS) return 8;
    const group = encoding.bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
    if (group === 65534) return 8;
    return SHORT_VRS2.has(bytes.readUInt16BE(at + 4)) ? 8 : LONG_HEADER_BYTES;
  }
  /** Acts on the header at `at`; returns its length. */
  #element(bytes, at) {
    const encoding = this.#encoding();
    const big = encoding.bigEndian;
    const tag = big ? bytes.readUInt16BE(at) * 65536 + bytes.readUInt16BE(at + 2) : bytes.readUInt16LE(at) * 65536 + bytes.readUInt16LE(at + 2);
    const size2 = this.#headerBytes(bytes, at);
    const short2 = size2 === 8 && encoding.explicit && tag >>> 16 !== 65534;
    const length = short2 ? big ? bytes.readUInt16BE(at + 6) : bytes.readUInt16LE(at + 6) : big ? bytes.readUInt32BE(at + size2 - 4) : bytes.readUInt32LE(at + size2 - 4);
    if (this.#mode === Mode.FRAGMENTS) this.#fragment(bytes.subarray(at, at + 8), tag, length);
    else if (tag >>> 16 === 65534) this.#delimiter(tag, length);
    else this.#plain(bytes, at, tag, length);
    return size2;
  }
  #plain(bytes, at, tag, length) {
    const encoding = this.#encoding();
    const pixels = this.#open.length === 0 && isPixelData(tag);
    if (length !== UNDEFINED_LENGTH) {
      if (pixels && length === 0) this.#sink.pixelBytes(EMPTY, true);
      this.#enter(pixels ? Mode.PIXELS : Mode.SKIP, length);
      return;
    }
    if (pixels) {
      this.#mode = Mode.FRAGMENTS;
      return;
    }
    const unknown = encoding.explicit && bytes.readUInt16BE(at + 4) === UN2;
    this.#push(unknown ? { ...encoding, explicit: false, bigEndian: false } : encoding);
  }
  /** Items and delimiters inside sequences; items of a known length are skipped whole. */
  #delimiter(tag, length) {
    if (this.#open.length === 0) this.#lose();
    else if (tag === ITEM && length !== UNDEFINED_LENGTH) this.#enter(Mode.SKIP, length);
    else if (tag === ITEM) this.#push(this.#encoding());
    else if (tag === ITEM_DELIMITER || tag === SEQUENCE_DELIMITER) this.#open.pop();
    else this.#lose();
  }
  #fragment(header, tag, length) {
    if (tag === SEQUENCE_DELIMITER) {
      this.#sink.pixelBytes(EMPTY, true);
      this.#mode = Mode.HEADER;
      return;
    }
    if (tag !== ITEM || length === UNDEFINED_LENGTH) {
      this.#lose();
      return;
    }
    this.#sink.pixelBytes(header, false);
    this.#enter(Mode.FRAGMENT, length);
  }
  #enter(mode, length) {
    if (length === 0) {
      if (mode === Mode.FRAGMENT) this.#mode = Mode.FRAGMENTS;
      return;
    }
    this.#mode = mode;
    this.#left = length;
  }
  #push(encoding) {
    if (this.#open.length >= MAX_DEPTH2 * 2) this.#lose();
    else this.#open.push(encoding);
  }
  #lose() {
    this.malformed = true;
    this.#mode = Mode.LOST;
  }
};

// runtime/dicom/data/header-patch.ts
import { deflateRawSync, inflateRawSync } from "node:zlib";

// runtime/dicom/data/charset.ts
var LABELS = {
  "ISO_IR 101": "iso-8859-2",
  "ISO_IR 109": "iso-8859-3",
  "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 148": "windows-1254",
  "ISO_IR 166": "windows-874",
  "ISO_IR 203": "iso-8859-15",
  "ISO_IR 13": "shift_jis",
  "ISO_IR 192": "utf-8",
  GB18030: "gb18030",
  GBK: "gbk"
};
var ESCAPES = [
  ["\x1B(B", "ISO_IR 6"],
  ["\x1B-A", "ISO_IR 100"],
  ["\x1B-B", "ISO_IR 101"],
  ["\x1B-C", "ISO_IR 109"],
  ["\x1B-D", "ISO_IR 110"],
  ["\x1B-L", "ISO_IR 144"],
  ["\x1B-G", "ISO_IR 127"],
  ["\x1B-F", "ISO_IR 126"],
  ["\x1B-H", "ISO_IR 138"],
  ["\x1B-M", "ISO_IR 148"],
  ["\x1B-T", "ISO_IR 166"],
  ["\x1B)I", "ISO_IR 13"],
  ["\x1B(J", "ISO_IR 13"],
  ["\x1B$B", "JIS X 0208"],
  ["\x1B$(D", "JIS X 0212"],
  ["\x1B$)C", "KS X 1001"],
  ["\x1B$)A", "GB 2312"]
];
var known = /* @__PURE__ */ new Map();
function charsetOf(term) {
  const clean = term.split("\\").map((part) => part.trim()).join("\\");
  let charset = known.get(clean);
  if (charset === void 0) {
    charset = makeCharset(clean);
    known.set(clean, charset);
  }
  return charset;
}
function makeCharset(term) {
  const first = single(term.split("\\")[0] ?? "");
  if (term.includes("\\") || term.startsWith("ISO 2022")) {
    return {
      term,
      decode: (bytes) => bytes.includes(27) ? decode2022(bytes, first) : decodeAs(bytes, first),
      encode: (text2) => encodeAs(text2, first, term)
    };
  }
  return {
    term,
    decode: (bytes) => decodeAs(bytes, first),
    encode: (text2) => encodeAs(text2, first, term)
  };
}
function single(term) {
  return term.replace(/^ISO 2022 IR /, "ISO_IR ").trim() || "ISO_IR 6";
}
function isAscii(bytes) {
  for (const byte of bytes) if (byte > 127) return false;
  return true;
}
function decodeAs(bytes, term) {
  const label = LABELS[term];
  if (label === void 0 || isAscii(bytes)) return bytes.toString("latin1");
  return new TextDecoder(label).decode(bytes);
}
function decode2022(bytes, first) {
  const text2 = bytes.toString("latin1");
  let out = "";
  let current = first;
  let from = 0;
  while (from < text2.length) {
    const escape2 = ESCAPES.find(([sequence3]) => text2.startsWith(sequence3, from));
    if (escape2 !== void 0) {
      current = escape2[1];
      from += escape2[0].length;
      continue;
    }
    let to = text2.indexOf("\x1B", from + 1);
    if (to < 0) to = text2.length;
    out += decodePart(bytes.subarray(from, to), current);
    from = to;
  }
  return out;
}
function decodePart(bytes, set) {
  switch (set) {
    case "JIS X 0208":
      return new TextDecoder("euc-jp").decode(shifted(bytes, 0));
    case "JIS X 0212":
      return new TextDecoder("euc-jp").decode(shifted(bytes, 143));
    case "KS X 1001":
      return new TextDecoder("euc-kr").decode(bytes);
    case "GB 2312":
      return new TextDecoder("gbk").decode(bytes);
    default:
      return decodeAs(bytes, set);
  }
}
function shifted(bytes, lead) {
  const out = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 33 || byte > 126) {
      out.push(byte);
      continue;
    }
    if (lead !== 0) out.push(lead);
    out.push(byte | 128, (bytes[i + 1] ?? 33) | 128);
    i++;
  }
  return Buffer.from(out);
}
var reverse = /* @__PURE__ */ new Map();
function reverseTable(label) {
  let table = reverse.get(label);
  if (table === void 0) {
    const decoder = new TextDecoder(label);
    const made2 = /* @__PURE__ */ new Map();
    for (let byte = 0; byte < 256; byte++) {
      const character = decoder.decode(Uint8Array.of(byte));
      if (character !== "\uFFFD") made2.set(character, byte);
    }
    table = made2;
    reverse.set(label, table);
  }
  return table;
}
function encodeAs(text2, set, term) {
  if (/^[\x00-\x7f]*$/.test(text2)) return Buffer.from(text2, "latin1");
  if (set === "ISO_IR 192") return Buffer.from(text2, "utf8");
  if (set === "ISO_IR 100") {
    if (/^[\x00-\xff]*$/.test(text2)) return Buffer.from(text2, "latin1");
    throw cannotEncode(text2, term);
  }
  const label = LABELS[set];
  if (label === void 0 || set === "ISO_IR 13" || set.startsWith("GB")) {
    throw cannotEncode(text2, term);
  }
  const table = reverseTable(label);
  const bytes = [];
  for (const character of text2) {
    const byte = table.get(character);
    if (byte === void 0) throw cannotEncode(text2, term);
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}
function cannotEncode(text2, term) {
  const set = term === "" ? "the default character set (ASCII)" : `"${term}"`;
  return new DataError(
    "DATA_BAD_VALUE",
    `"${text2}": cannot be written in ${set} of the data set`,
    "use a data set in SpecificCharacterSet 'ISO_IR 192', or text within its set"
  );
}

// runtime/dicom/data/edits.ts
var EVERY_ITEM = -1;
function compileEdits(edits) {
  const level = compileLevel(edits);
  const key = JSON.stringify(edits, (_, value) => {
    if (typeof value === "bigint") return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
  });
  return { key, level, tags: new Set(level.map((node) => node.tag)) };
}
function compileLevel(edits) {
  const draft = /* @__PURE__ */ new Map();
  for (const [path, value] of Object.entries(edits)) {
    if (value === void 0) continue;
    place(draft, steps(path), value, path);
  }
  return finish(draft);
}
function steps(path) {
  return path.split(/[./]/).map((part) => {
    const match = /^\s*([^[\]]+?)\s*(?:\[(\d+|\*)\])?\s*$/.exec(part);
    if (match === null) {
      throw new DataError(
        "DATA_BAD_PATH",
        `"${path}": not a path`,
        'write Keyword, "gggg,eeee" or Sequence[0].Keyword'
      );
    }
    const tag = tagOf(match[1] ?? "");
    if (tag >>> 16 === 65534 || tag >>> 16 <= 2 || tag >>> 16 === 32736) {
      throw new DataError("DATA_BAD_PATH", `"${path}": (${tagText(tag)}) cannot be edited`);
    }
    return { tag, item: match[2] === "*" ? EVERY_ITEM : Number(match[2] ?? 0) };
  });
}
function place(draft, path, value, name) {
  const [step, ...rest] = path;
  if (step === void 0) return;
  if (rest.length === 0) {
    draft.set(step.tag, leaf(step.tag, value, name));
    return;
  }
  const vr = entryOf(step.tag)?.vr;
  if (vr !== void 0 && vr !== "SQ") {
    throw new DataError(
      "DATA_BAD_PATH",
      `"${name}": (${tagText(step.tag)}) is ${vr}, not a sequence`
    );
  }
  let items = draft.get(step.tag);
  if (!(items instanceof Map)) {
    items = /* @__PURE__ */ new Map();
    draft.set(step.tag, items);
  }
  let inner = items.get(step.item);
  if (inner === void 0) {
    inner = /* @__PURE__ */ new Map();
    items.set(step.item, inner);
  }
  place(inner, rest, value, name);
}
function leaf(tag, value, name) {
  if (value === null) return { kind: "delete", tag };
  const vr = entryOf(tag)?.vr ?? null;
  if (Array.isArray(value) && (vr === "SQ" || value.some(isItem))) {
    const items = value;
    if (!items.every(isItem)) {
      throw new DataError("DATA_BAD_VALUE", `"${name}": a sequence takes a list of objects`);
    }
    return { kind: "items", tag, items: items.map((item) => compileLevel(item)) };
  }
  if (isTyped(value)) return { kind: "set", tag, vr: value.vr, value: value.value };
  if (isItem(value)) return { kind: "items", tag, items: [compileLevel(value)] };
  if (vr === "SQ" && value !== "") {
    throw new DataError("DATA_BAD_VALUE", `"${name}": a sequence takes a list of objects`);
  }
  if (typeof value === "boolean" || typeof value === "function") {
    throw new DataError("DATA_BAD_VALUE", `"${name}": cannot write a ${typeof value}`);
  }
  if (vr === "SQ") return { kind: "items", tag, items: [] };
  return { kind: "set", tag, vr: null, value };
}
function isItem(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
function isTyped(value) {
  return isItem(value) && typeof value["vr"] === "string" && "value" in value && Object.keys(value).length === 2;
}
function finish(draft) {
  const nodes = [];
  for (const [tag, node] of draft) {
    if (!(node instanceof Map)) {
      nodes.push(node);
      continue;
    }
    const at = /* @__PURE__ */ new Map();
    for (const [item, inner] of node) at.set(item, finish(inner));
    nodes.push({ kind: "into", tag, at });
  }
  return nodes.sort((a, b) => a.tag - b.tag);
}

// runtime/dicom/data/element-value.ts
function codec(size2, range, read, write) {
  return { size: size2, min: range[0], max: range[1], read, write };
}
var U16 = codec(
  2,
  [0, 65535],
  (b, at, be) => be ? b.readUInt16BE(at) : b.readUInt16LE(at),
  (b, at, v, be) => void (be ? b.writeUInt16BE(v, at) : b.writeUInt16LE(v, at))
);
var I16 = codec(
  2,
  [-32768, 32767],
  (b, at, be) => be ? b.readInt16BE(at) : b.readInt16LE(at),
  (b, at, v, be) => void (be ? b.writeInt16BE(v, at) : b.writeInt16LE(v, at))
);
var U32 = codec(
  4,
  [0, 4294967295],
  (b, at, be) => be ? b.readUInt32BE(at) : b.readUInt32LE(at),
  (b, at, v, be) => void (be ? b.writeUInt32BE(v, at) : b.writeUInt32LE(v, at))
);
var I32 = codec(
  4,
  [-2147483648, 2147483647],
  (b, at, be) => be ? b.readInt32BE(at) : b.readInt32LE(at),
  (b, at, v, be) => void (be ? b.writeInt32BE(v, at) : b.writeInt32LE(v, at))
);
var F32 = codec(
  4,
  [-Infinity, Infinity],
  (b, at, be) => be ? b.readFloatBE(at) : b.readFloatLE(at),
  (b, at, v, be) => void (be ? b.writeFloatBE(v, at) : b.writeFloatLE(v, at))
);
var F64 = codec(
  8,
  [-Infinity, Infinity],
  (b, at, be) => be ? b.readDoubleBE(at) : b.readDoubleLE(at),
  (b, at, v, be) => void (be ? b.writeDoubleBE(v, at) : b.writeDoubleLE(v, at))
);
var U64 = codec(
  8,
  [0, Number.MAX_SAFE_INTEGER],
  (b, at, be) => small(be ? b.readBigUInt64BE(at) : b.readBigUInt64LE(at)),
  (b, at, v, be) => void (be ? b.writeBigUInt64BE(BigInt(v), at) : b.writeBigUInt64LE(BigInt(v), at))
);
var I64 = codec(
  8,
  [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  (b, at, be) => small(be ? b.readBigInt64BE(at) : b.readBigInt64LE(at)),
  (b, at, v, be) => void (be ? b.writeBigInt64BE(BigInt(v), at) : b.writeBigInt64LE(BigInt(v), at))
);
function small(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
var NUMBERS = {
  US: U16,
  SS: I16,
  UL: U32,
  SL: I32,
  FL: F32,
  FD: F64,
  UV: U64,
  SV: I64,
  OW: U16,
  OL: U32,
  OF: F32,
  OD: F64,
  OV: U64
};
var CHARSET_VRS = /* @__PURE__ */ new Set(["SH", "LO", "ST", "PN", "LT", "UC", "UT"]);
var SINGLE_VRS = /* @__PURE__ */ new Set(["ST", "LT", "UT", "UR"]);
var TEXT_VRS = new Set("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split(" "));
var MAX_CHARACTERS = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 8,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10240,
  PN: 64,
  SH: 16,
  ST: 1024,
  TM: 14,
  UI: 64
};
function isTextVr(vr) {
  return TEXT_VRS.has(vr);
}
function encodeValue(vr, value, context, what) {
  if (value instanceof Uint8Array) return padded(Buffer.from(value), 0);
  if (vr === "AT") return encodeTags(value, context, what);
  const numbers = NUMBERS[vr];
  if (numbers !== void 0) return encodeNumbers(numbers, value, context, what);
  if (!TEXT_VRS.has(vr)) {
    if (typeof value !== "string") {
      throw new DataError("DATA_BAD_VALUE", `${what} (${vr}): must be a string or bytes`);
    }
    return padded(Buffer.from(value, "latin1"), 0);
  }
  const text2 = Array.isArray(value) ? value.map(String).join("\\") : String(value);
  if (context.lenient !== true) checkText(vr, text2, what);
  const bytes = CHARSET_VRS.has(vr) ? context.charset.encode(text2) : ascii(text2, what, vr);
  return padded(bytes, vr === "UI" ? 0 : 32);
}
function ascii(text2, what, vr) {
  for (const character of text2) {
    if (character.charCodeAt(0) > 255) {
      throw new DataError("DATA_BAD_VALUE", `${what} (${vr}): takes ASCII only, got "${text2}"`);
    }
  }
  return Buffer.from(text2, "latin1");
}
function checkText(vr, text2, what) {
  const limit = MAX_CHARACTERS[vr];
  if (limit === void 0) return;
  const parts = SINGLE_VRS.has(vr) ? [text2] : text2.split(vr === "PN" ? /[\\=]/ : "\\");
  for (const part of parts) {
    const longest = /^(DA|TM|DT)$/.test(vr) ? limit * 2 + 1 : limit;
    if ([...part].length > longest) {
      throw new DataError(
        "DATA_BAD_VALUE",
        `${what} (${vr}): at most ${limit} characters, got ${[...part].length}`
      );
    }
    if (vr === "UI" && !/^[0-9.]*$/.test(part)) {
      throw new DataError("DATA_BAD_VALUE", `${what} (UI): digits and dots only, got "${part}"`);
    }
    if ((vr === "DS" || vr === "IS") && !/^ *([+-]?[0-9.]+([eE][+-]?[0-9]+)?)? *$/.test(part)) {
      throw new DataError("DATA_BAD_VALUE", `${what} (${vr}): must be a number, got "${part}"`);
    }
  }
}
function listOf(value) {
  if (typeof value === "string") return value === "" ? [] : value.split("\\");
  if (Array.isArray(value)) return value;
  return [value];
}
function encodeNumbers(numbers, value, context, what) {
  const list = listOf(value);
  const bytes = Buffer.alloc(list.length * numbers.size);
  list.forEach((item, i) => {
    const number = Number(item);
    const isFloat = numbers.max === Infinity;
    if (isFloat ? Number.isNaN(number) && item !== "NaN" && typeof item === "string" : !inRange(number, numbers)) {
      throw new DataError(
        "DATA_BAD_VALUE",
        `${what}: must be ${isFloat ? "a number" : `an integer from ${numbers.min} to ${numbers.max}`}, got "${String(item)}"`
      );
    }
    numbers.write(bytes, i * numbers.size, number, context.bigEndian);
  });
  return bytes;
}
function inRange(value, numbers) {
  return Number.isInteger(value) && value >= numbers.min && value <= numbers.max;
}
function encodeTags(value, context, what) {
  const list = listOf(value);
  const bytes = Buffer.alloc(list.length * 4);
  list.forEach((item, i) => {
    const hex = String(item).replace(/[(),]/g, "");
    const tag = typeof item === "number" ? item : /^[0-9a-fA-F]{8}$/.test(hex) ? parseInt(hex, 16) : -1;
    if (tag < 0)
      throw new DataError("DATA_BAD_VALUE", `${what} (AT): must be a tag, got "${String(item)}"`);
    U16.write(bytes, i * 4, tag >>> 16, context.bigEndian);
    U16.write(bytes, i * 4 + 2, tag & 65535, context.bigEndian);
  });
  return bytes;
}
function padded(bytes, pad2) {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(pad2)]);
}
function decodeValue(vr, bytes, context) {
  if (vr === "AT") return one(decodeTags(bytes, context.bigEndian));
  const numbers = /^O/.test(vr) ? void 0 : NUMBERS[vr];
  if (numbers !== void 0) {
    const list = [];
    for (let at = 0; at + numbers.size <= bytes.length; at += numbers.size) {
      list.push(numbers.read(bytes, at, context.bigEndian));
    }
    return one(list);
  }
  if (!TEXT_VRS.has(vr)) return bytes;
  const text2 = CHARSET_VRS.has(vr) ? context.charset.decode(bytes) : bytes.toString("latin1");
  if (SINGLE_VRS.has(vr)) return trimEnd(text2);
  if (!text2.includes("\\")) return trim(vr, text2);
  return text2.split("\\").map((part) => trim(vr, part));
}
function one(list) {
  const [first] = list;
  return list.length === 1 && first !== void 0 ? first : list;
}
function decodeTags(bytes, bigEndian) {
  const list = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const group = U16.read(bytes, at, bigEndian);
    const element2 = U16.read(bytes, at + 2, bigEndian);
    list.push((Number(group) * 65536 + Number(element2)).toString(16).padStart(8, "0"));
  }
  return list;
}
function trimEnd(text2) {
  return text2.replace(/[ \x00]+$/, "");
}
function trim(vr, text2) {
  const end = trimEnd(text2);
  return vr === "UI" || vr === "PN" ? end : end.replace(/^ +/, "");
}

// runtime/dicom/data/transfer-syntax.ts
var TransferSyntax = {
  IMPLICIT_LE: "1.2.840.10008.1.2",
  EXPLICIT_LE: "1.2.840.10008.1.2.1",
  DEFLATED_LE: "1.2.840.10008.1.2.1.99",
  EXPLICIT_BE: "1.2.840.10008.1.2.2",
  JPEG_BASELINE: "1.2.840.10008.1.2.4.50",
  JPEG_EXTENDED: "1.2.840.10008.1.2.4.51",
  JPEG_LOSSLESS: "1.2.840.10008.1.2.4.57",
  JPEG_LOSSLESS_SV1: "1.2.840.10008.1.2.4.70",
  JPEG_LS_LOSSLESS: "1.2.840.10008.1.2.4.80",
  JPEG_LS_LOSSY: "1.2.840.10008.1.2.4.81",
  JPEG_2000_LOSSLESS: "1.2.840.10008.1.2.4.90",
  JPEG_2000: "1.2.840.10008.1.2.4.91",
  RLE: "1.2.840.10008.1.2.5"
};
var LITTLE = {
  explicit: true,
  bigEndian: false,
  deflated: false,
  encapsulated: false
};
var IMPLICIT = { ...LITTLE, explicit: false };
var BIG = { ...LITTLE, bigEndian: true };
var DEFLATED = { ...LITTLE, deflated: true };
var ENCAPSULATED = { ...LITTLE, encapsulated: true };
var DEFLATED_UIDS = /* @__PURE__ */ new Set([
  TransferSyntax.DEFLATED_LE,
  "1.2.840.10008.1.2.4.95",
  "1.2.840.10008.1.2.4.205"
]);
function encodingOf(transferSyntax) {
  switch (transferSyntax) {
    case TransferSyntax.IMPLICIT_LE:
    case "1.2.840.113619.5.2":
      return IMPLICIT;
    case TransferSyntax.EXPLICIT_LE:
      return LITTLE;
    case TransferSyntax.EXPLICIT_BE:
      return BIG;
    default:
      return DEFLATED_UIDS.has(transferSyntax) ? DEFLATED : ENCAPSULATED;
  }
}
var NAMES = {
  implicit: TransferSyntax.IMPLICIT_LE,
  explicit: TransferSyntax.EXPLICIT_LE,
  "big-endian": TransferSyntax.EXPLICIT_BE,
  deflated: TransferSyntax.DEFLATED_LE,
  rle: TransferSyntax.RLE,
  jpeg: TransferSyntax.JPEG_BASELINE,
  "jpeg-lossless": TransferSyntax.JPEG_LOSSLESS_SV1,
  "jpeg-ls": TransferSyntax.JPEG_LS_LOSSLESS,
  "jpeg-ls-lossy": TransferSyntax.JPEG_LS_LOSSY,
  jpeg2000: TransferSyntax.JPEG_2000_LOSSLESS,
  "jpeg2000-lossy": TransferSyntax.JPEG_2000
};
var TRANSFER_SYNTAX_NAMES = Object.keys(NAMES);
function transferSyntaxUid(nameOrUid) {
  if (/^[0-9]+(\.[0-9]+)+$/.test(nameOrUid)) return nameOrUid;
  return NAMES[nameOrUid.toLowerCase()] ?? null;
}

// runtime/dicom/data/header-patch.ts
var SPECIFIC_CHARACTER_SET = 524293;
var LONG_VRS = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));
var MAX_SHORT_LENGTH = 65534;
function patchHeader(bytes, transferSyntax, edits, options = {}) {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) return patchDeflated(bytes, edits, options);
  const index = indexDataset(bytes, encoding, true);
  const tailAt = index.pixel?.offset ?? bytes.length;
  const charset = charsetAt(bytes, index.elements, charsetOf(""));
  const source = { bytes, encoding, charset, lenient: options.lenient === true };
  const units = patchLevel(source, index.elements, edits.level);
  const pieces = units.flatMap((unit) => unit.pieces);
  pieces.push(bytes.subarray(tailAt));
  return Buffer.concat(pieces);
}
function patchDeflated(bytes, edits, options) {
  const plain = inflateDataset(bytes);
  return deflateDataset(patchHeader(plain, "1.2.840.10008.1.2.1", edits, options));
}
function inflateDataset(bytes) {
  try {
    return inflateRawSync(bytes);
  } catch (cause) {
    throw new DataError(
      "DATA_MALFORMED",
      `deflated data set: cannot be inflated (${cause instanceof Error ? cause.message : ""})`
    );
  }
}
function deflateDataset(bytes) {
  const deflated = deflateRawSync(bytes);
  return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.of(0)]);
}
function charsetAt(bytes, elements, outer) {
  const element2 = findElement(elements, SPECIFIC_CHARACTER_SET);
  if (element2 === null) return outer;
  return charsetOf(
    bytes.toString("latin1", element2.valueOffset, element2.valueOffset + element2.length)
  );
}
function datasetCharset(bytes, elements) {
  return charsetAt(bytes, elements, charsetOf(""));
}
function charsetAfter(source, edits) {
  for (const node of edits) {
    if (node.tag !== SPECIFIC_CHARACTER_SET) continue;
    if (node.kind === "delete") return charsetOf("");
    if (node.kind === "set") {
      return charsetOf(Array.isArray(node.value) ? node.value.join("\\") : String(node.value));
    }
  }
  return source.charset;
}
function patchLevel(outer, elements, edits) {
  const source = { ...outer, charset: charsetAfter(outer, edits) };
  const units = [];
  const pending = new Map(edits.map((node) => [node.tag, node]));
  const present = new Set(elements.map((element2) => element2.tag));
  const inserts = edits.filter((node) => !present.has(node.tag) && node.kind !== "delete");
  let next = 0;
  for (const element2 of elements) {
    for (let node2 = inserts[next]; node2 !== void 0 && node2.tag < element2.tag; node2 = inserts[next]) {
      pushUnit(units, createElement(source, node2));
      next++;
    }
    const node = pending.get(element2.tag);
    if (node === void 0) units.push(untouched(source, element2));
    else pushUnit(units, changeElement(source, element2, node));
  }
  for (const node of inserts.slice(next)) pushUnit(units, createElement(source, node));
  return fixGroupLengths(source, units, edits);
}
function pushUnit(units, unit) {
  if (unit !== null) units.push(unit);
}
function untouched(source, element2) {
  const piece = source.bytes.subarray(element2.offset, element2.end);
  return { tag: element2.tag, pieces: [piece], length: piece.length, changed: false };
}
function made(tag, pieces) {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return { tag, pieces, length, changed: true };
}
function createElement(source, node) {
  const what = `${keywordOf(node.tag)} (${tagText(node.tag)})`;
  switch (node.kind) {
    case "delete":
      return null;
    case "set": {
      const vr = node.vr ?? guessVr(node.tag, node.value);
      const value = encodeValue(vr, node.value, valueContext(source), what);
      return made(node.tag, [elementHeader(node.tag, vr, value.length, source.encoding), value]);
    }
    case "items":
      return sequence(
        source,
        node.tag,
        node.items.map((item) => patchLevel(source, [], item)),
        false
      );
    case "into": {
      const first = node.at.get(0) ?? node.at.get(EVERY_ITEM);
      const wanted = [...node.at.keys()].some((index) => index > 0);
      if (wanted || first === void 0) {
        throw new DataError("DATA_BAD_PATH", `${what}: the data set has no such sequence`);
      }
      if (node.at.has(EVERY_ITEM) || first.every((inner) => inner.kind === "delete")) return null;
      return sequence(source, node.tag, [patchLevel(source, [], first)], false);
    }
  }
}
function guessVr(tag, value) {
  const vr = vrOf(tag);
  const first = Array.isArray(value) ? value[0] : value;
  if (vr === "US" && typeof first === "number" && first < 0) return "SS";
  return vr;
}
function changeElement(source, element2, node) {
  const what = `${keywordOf(node.tag)} (${tagText(node.tag)})`;
  switch (node.kind) {
    case "delete":
      return null;
    case "set": {
      const vr = node.vr ?? (element2.vr === "" ? vrOf(node.tag) : element2.vr);
      const valueVr = vr === "UN" && typeof node.value !== "object" ? vrOf(node.tag) : vr;
      const value = encodeValue(valueVr, node.value, valueContext(source), what);
      return made(node.tag, [elementHeader(node.tag, vr, value.length, source.encoding), value]);
    }
    case "items": {
      const items = node.items.map((item) => patchLevel(source, [], item));
      return sequence(source, node.tag, items, element2.undefinedLength);
    }
    case "into":
      if (element2.items === null) {
        throw new DataError("DATA_BAD_PATH", `${what}: is no sequence in this data set`);
      }
      return changeItems(source, element2, element2.items, node.at);
  }
}
function changeItems(source, element2, items, at) {
  const inner = { ...source, encoding: element2.encoding };
  const what = `${keywordOf(element2.tag)} (${tagText(element2.tag)})`;
  const pieces = [];
  const every = at.get(EVERY_ITEM);
  for (const index of at.keys()) {
    if (index > items.length) {
      throw new DataError(
        "DATA_BAD_PATH",
        `${what}: has ${items.length} items, none at [${index}]`
      );
    }
  }
  items.forEach((item, index) => {
    const edits = at.get(index) ?? every;
    if (edits === void 0) pieces.push(source.bytes.subarray(item.offset, item.end));
    else pieces.push(...changeItem(inner, item, edits));
  });
  const added = at.get(items.length);
  if (added !== void 0) pieces.push(...itemPieces(inner, patchLevel(inner, [], added), false));
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const header = Buffer.from(source.bytes.subarray(element2.offset, element2.valueOffset));
  if (element2.undefinedLength) {
    return made(element2.tag, [header, ...pieces, delimiter(SEQUENCE_DELIMITER, inner.encoding)]);
  }
  putU32(header, header.length - 4, length, source.encoding.bigEndian);
  return made(element2.tag, [header, ...pieces]);
}
function changeItem(source, item, edits) {
  const charset = charsetAt(source.bytes, item.elements, source.charset);
  const units = patchLevel({ ...source, charset }, item.elements, edits);
  return itemPieces(source, units, item.undefinedLength);
}
function itemPieces(source, units, open2) {
  const pieces = units.flatMap((unit) => unit.pieces);
  let length = 0;
  for (const unit of units) length += unit.length;
  const head = delimiter(ITEM, source.encoding);
  putU32(head, 4, open2 ? UNDEFINED_LENGTH : length, source.encoding.bigEndian);
  if (open2) pieces.push(delimiter(ITEM_DELIMITER, source.encoding));
  return [head, ...pieces];
}
function sequence(source, tag, items, open2) {
  const pieces = items.flatMap((units) => itemPieces(source, units, open2));
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const head = elementHeader(tag, "SQ", open2 ? UNDEFINED_LENGTH : length, source.encoding);
  if (open2) pieces.push(delimiter(SEQUENCE_DELIMITER, source.encoding));
  return made(tag, [head, ...pieces]);
}
function fixGroupLengths(source, units, edits) {
  if (!units.some((unit) => (unit.tag & 65535) === 0)) return units;
  const groups = new Set(edits.map((node) => node.tag >>> 16));
  return units.map((unit) => {
    const group = unit.tag >>> 16;
    if ((unit.tag & 65535) !== 0 || !groups.has(group)) return unit;
    let length = 0;
    for (const other of units) {
      if (other.tag >>> 16 === group && other !== unit) length += other.length;
    }
    const value = Buffer.alloc(4);
    putU32(value, 0, length, source.encoding.bigEndian);
    return made(unit.tag, [elementHeader(unit.tag, "UL", 4, source.encoding), value]);
  });
}
function valueContext(source) {
  const { encoding, charset, lenient } = source;
  return { bigEndian: encoding.bigEndian, charset, lenient };
}
function putU16(bytes, at, value, bigEndian) {
  if (bigEndian) bytes.writeUInt16BE(value, at);
  else bytes.writeUInt16LE(value, at);
}
function putU32(bytes, at, value, bigEndian) {
  if (bigEndian) bytes.writeUInt32BE(value, at);
  else bytes.writeUInt32LE(value, at);
}
function delimiter(tag, encoding) {
  const bytes = Buffer.alloc(8);
  putU16(bytes, 0, tag >>> 16, encoding.bigEndian);
  putU16(bytes, 2, tag & 65535, encoding.bigEndian);
  return bytes;
}
function elementHeader(tag, vr, length, encoding) {
  const { bigEndian } = encoding;
  const long = encoding.explicit && LONG_VRS.has(vr);
  const bytes = Buffer.alloc(long ? 12 : 8);
  putU16(bytes, 0, tag >>> 16, bigEndian);
  putU16(bytes, 2, tag & 65535, bigEndian);
  if (!encoding.explicit) {
    putU32(bytes, 4, length, bigEndian);
    return bytes;
  }
  bytes.writeUInt16BE(vrCode(vr), 4);
  if (long) {
    putU32(bytes, 8, length, bigEndian);
    return bytes;
  }
  if (length > MAX_SHORT_LENGTH) {
    throw new DataError(
      "DATA_BAD_VALUE",
      `${keywordOf(tag)} (${tagText(tag)}): ${length} bytes do not fit in ${vr} (at most ${MAX_SHORT_LENGTH})`
    );
  }
  putU16(bytes, 6, length, bigEndian);
  return bytes;
}

// runtime/dicom/data/hash.ts
var DatasetHasher = class _DatasetHasher {
  #walker;
  #deflated = [];
  #whole;
  #pixels = null;
  #pixelHash = "";
  constructor(transferSyntax, level = "pixels") {
    const encoding = encodingOf(transferSyntax);
    this.#walker = encoding.deflated ? null : new DatasetWalker(encoding, this);
    this.#whole = level === "full" ? createHash("sha256") : null;
  }
  /** The next bytes; they are not kept. */
  update(chunk) {
    this.#whole?.update(chunk);
    if (this.#walker === null) this.#deflated.push(Buffer.from(chunk));
    else this.#walker.write(chunk);
  }
  /** Part of the pixel data value; called by the walker. */
  pixelBytes(bytes, last) {
    if (this.#pixels === null && last) {
      this.#pixelHash = hashOnce("sha256", bytes, "hex");
      return;
    }
    this.#pixels ??= createHash("sha256");
    this.#pixels.update(bytes);
    if (!last) return;
    this.#pixelHash = this.#pixels.digest("hex");
    this.#pixels = null;
  }
  /** The hashes of all that came. */
  digest() {
    const datasetHash = this.#whole?.digest("hex") ?? "";
    if (this.#walker !== null) {
      const malformed2 = this.#walker.malformed || this.#pixels !== null;
      return { pixelHash: malformed2 ? "" : this.#pixelHash, datasetHash, malformed: malformed2 };
    }
    try {
      const inner = new _DatasetHasher(TransferSyntax.EXPLICIT_LE);
      inner.update(inflateDataset(Buffer.concat(this.#deflated)));
      return { ...inner.digest(), datasetHash };
    } catch {
      return { pixelHash: "", datasetHash, malformed: true };
    }
  }
};

// runtime/dicom/data/part10.ts
var PREAMBLE_BYTES = 128;
var MAGIC_END = PREAMBLE_BYTES + 4;
function isPart10(bytes) {
  return bytes.length >= MAGIC_END && bytes.toString("latin1", PREAMBLE_BYTES, MAGIC_END) === "DICM";
}
function readMeta(bytes) {
  if (!isPart10(bytes)) throw new DataError("DATA_NOT_DICOM", "no DICM at offset 128");
  let at = MAGIC_END;
  const meta = { transferSyntax: "", sopClass: "", sopInstance: "" };
  while (at + 8 <= bytes.length && bytes.readUInt16LE(at) === 2) {
    const tag = bytes.readUInt16LE(at + 2);
    const long = /^(O.|S[QV]|U[CNRTV])$/.test(bytes.toString("latin1", at + 4, at + 6));
    const value = at + (long ? 12 : 8);
    if (value > bytes.length) break;
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    if (value + length > bytes.length) {
      throw new DataError(
        "DATA_MALFORMED",
        `file meta information: ends inside (0002,${tag.toString(16).padStart(4, "0")})`
      );
    }
    const text2 = bytes.toString("latin1", value, value + length).replace(/[ \x00]+$/, "");
    if (tag === 16) meta.transferSyntax = text2;
    else if (tag === 2) meta.sopClass = text2;
    else if (tag === 3) meta.sopInstance = text2;
    at = value + length;
  }
  if (meta.transferSyntax === "") {
    throw new DataError("DATA_MALFORMED", "file meta information: names no transfer syntax");
  }
  return { ...meta, datasetOffset: at };
}

// runtime/dicom/data/bare.ts
var CANDIDATES = [
  TransferSyntax.EXPLICIT_LE,
  TransferSyntax.IMPLICIT_LE,
  TransferSyntax.EXPLICIT_BE
];
var FIRST_GROUPS = /* @__PURE__ */ new Set([2, 4, 8]);
function guessBareSyntax(bytes) {
  if (bytes.length < 16) return null;
  for (const syntax of CANDIDATES) {
    const encoding = encodingOf(syntax);
    const group = encoding.bigEndian ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0);
    if (!FIRST_GROUPS.has(group)) continue;
    try {
      const { elements } = indexDataset(bytes, encoding, true);
      const ordered = elements.every((one3, i) => i === 0 || one3.tag > (elements[i - 1]?.tag ?? 0));
      if (elements.length >= 2 && ordered) return syntax;
    } catch {
    }
  }
  return null;
}

// runtime/dicom/data/pool-builder.ts
import { createHash as createHash2 } from "node:crypto";

// runtime/dicom/data/prototype.ts
import { constants } from "node:buffer";
import { readSync, openSync, closeSync } from "node:fs";

// runtime/dicom/data/identity.ts
var PREFIX = "2.25.1";
var RUN_DIGITS = 15;
var STUDY_AT = PREFIX.length + RUN_DIGITS;
var SERIES_AT = STUDY_AT + 13;
var INSTANCE_AT = SERIES_AT + 4;
var MEMBER_BASE = 2 ** 20;
var FRAME_OF_REFERENCE = 999999;
var DIGITS = fourDigits();
function fourDigits() {
  const table = new Uint8Array(4e4);
  for (let value = 0; value < 1e4; value++) {
    table[value * 4] = 48 + Math.floor(value / 1e3);
    table[value * 4 + 1] = 48 + Math.floor(value / 100) % 10;
    table[value * 4 + 2] = 48 + Math.floor(value / 10) % 10;
    table[value * 4 + 3] = 48 + value % 10;
  }
  return table;
}
function seriesOf(member) {
  return Math.floor(member / MEMBER_BASE);
}
function instanceOf(member) {
  return member % MEMBER_BASE;
}
function uidPrefix(run) {
  if (!/^\d{15}$/.test(run)) throw new RangeError(`run number: must be 15 digits, got "${run}"`);
  return PREFIX + run;
}
function uid(run, study, series, instance) {
  const digits = pad(study, 13) + pad(series, 4) + pad(instance, 6);
  return uidPrefix(run) + digits;
}
function pad(value, width) {
  return String(value).padStart(width, "0");
}
function studyUid(run, study) {
  return uid(run, study, 0, 0);
}
function seriesUid(run, study, series) {
  return uid(run, study, series, 0);
}
function sopUid(run, study, member) {
  return uid(run, study, seriesOf(member), instanceOf(member));
}
function frameOfReferenceUid(run, study, series) {
  return uid(run, study, series, FRAME_OF_REFERENCE);
}
function runMark(run) {
  return (Number(run.slice(-9)) % 1296).toString(36).toUpperCase().padStart(2, "0");
}
function patientId(run, study) {
  return `P${runMark(run)}${pad(study, 13)}`;
}
function accessionNumber(run, study) {
  return `A${runMark(run)}${pad(study, 13)}`;
}
function put4(target, at, value) {
  const from = value * 4;
  target[at] = DIGITS[from] ?? 48;
  target[at + 1] = DIGITS[from + 1] ?? 48;
  target[at + 2] = DIGITS[from + 2] ?? 48;
  target[at + 3] = DIGITS[from + 3] ?? 48;
}
function putStudy(target, at, study) {
  const high = Math.floor(study / 1e8);
  const low = study - high * 1e8;
  const top = Math.floor(high / 1e4);
  const middle = Math.floor(low / 1e4);
  target[at] = 48 + top;
  put4(target, at + 1, high - top * 1e4);
  put4(target, at + 5, middle);
  put4(target, at + 9, low - middle * 1e4);
}
function putSix(target, at, value) {
  const high = Math.floor(value / 1e4);
  target[at] = 48 + Math.floor(high / 10);
  target[at + 1] = 48 + high % 10;
  put4(target, at + 2, value - high * 1e4);
}
function putUid(target, at, study, member) {
  const series = Math.floor(member / MEMBER_BASE);
  putStudy(target, at + STUDY_AT, study);
  put4(target, at + SERIES_AT, series);
  putSix(target, at + INSTANCE_AT, member - series * MEMBER_BASE);
}
function putId(target, at, study) {
  putStudy(target, at + 3, study);
}
function frameOfReferenceMember(member) {
  return seriesOf(member) * MEMBER_BASE + FRAME_OF_REFERENCE;
}
function seriesMember(member) {
  return seriesOf(member) * MEMBER_BASE;
}

// runtime/dicom/data/share.ts
var MAX_SEGMENT_BYTES = 1024 ** 3;
var LARGE_FILE_BYTES = 64 * 1024 ** 2;
var SlotField = {
  SOP_INSTANCE_UID: 0,
  // (0008,0018)
  STUDY_INSTANCE_UID: 1,
  // (0020,000D)
  SERIES_INSTANCE_UID: 2,
  // (0020,000E)
  PATIENT_ID: 3,
  // (0010,0020)
  ACCESSION_NUMBER: 4,
  // (0008,0050)
  INSTANCE_NUMBER: 5,
  // (0020,0013)
  FRAME_OF_REFERENCE_UID: 6,
  // (0020,0052)
  SERIES_NUMBER: 7
  // (0020,0011)
};
function sizeClass(bytes) {
  if (bytes < 1e6) return "small";
  return bytes <= 1e7 ? "medium" : "large";
}
var MEMBERS_PER_POOL = 2 ** 20;
function prototypeNumber(pool2, member) {
  return pool2 * MEMBERS_PER_POOL + member;
}

// runtime/dicom/data/prototype.ts
var SLOT_TAGS = [
  524312,
  2097165,
  2097166,
  1048608,
  524368,
  2097171,
  2097234,
  2097169
];
var Prototype = class {
  share;
  /** Number of the prototype in the run. */
  number;
  /** Header bytes as they are (a view of shared memory: never write). */
  header;
  /** The whole data set, when it is in memory; null for files and generated tiles. */
  dataset;
  /** The bytes that a generated value repeats; null for any other. */
  tile;
  /** For whoever keeps framed images of it. */
  images = /* @__PURE__ */ new Map();
  #template = null;
  #templateRun = "";
  constructor(share2, number, segments) {
    this.share = share2;
    this.number = number;
    const at = share2.location;
    const segment = segments[at.segment];
    if (segment === void 0) throw new RangeError(`${share2.origin}: no segment ${at.segment}`);
    this.header = segment.subarray(at.offset, at.offset + share2.headerBytes);
    this.dataset = at.kind === "memory" ? segment.subarray(at.offset, at.offset + share2.datasetBytes) : null;
    this.tile = at.kind === "tiled" ? segment.subarray(at.tileOffset, at.tileOffset + at.tileBytes) : null;
  }
  /** The header for fresh identities of a run; made once. */
  template(run) {
    if (this.#template === null || this.#templateRun !== run) {
      this.#template = makeTemplate(this, run, null);
      this.#templateRun = run;
    }
    return this.#template;
  }
  /** The header for fresh identities with edits; an edited identity value stays as edited. */
  editedTemplate(run, edits) {
    return makeTemplate(this, run, edits);
  }
  /** The header with edits and its own identity. */
  editedHeader(edits) {
    const { transferSyntax } = this.share;
    if (!encodingOf(transferSyntax).deflated)
      return patchHeader(this.header, transferSyntax, edits);
    return patchHeader(inflateDataset(this.header), EXPLICIT_LE, edits);
  }
  /** The first byte of the pixel data value of an instance on disk. */
  firstValueByte() {
    const { location, headerBytes } = this.share;
    const byte = Buffer.alloc(1);
    if (location.kind === "file") readRange(location.path, location.fileOffset + headerBytes, byte);
    return byte;
  }
  /** All of the data set, read from disk or repeated from its tile where need be. */
  read() {
    const { location, datasetBytes, origin } = this.share;
    if (this.dataset !== null) return this.dataset;
    if (datasetBytes > constants.MAX_LENGTH) {
      throw new DataError(
        "DATA_UNSUPPORTED",
        `${origin}: ${datasetBytes} bytes do not fit in memory`
      );
    }
    const bytes = Buffer.allocUnsafe(datasetBytes);
    if (location.kind === "file") {
      readRange(location.path, location.fileOffset, bytes);
      return bytes;
    }
    this.header.copy(bytes);
    if (this.tile !== null) bytes.fill(this.tile, this.header.length);
    return bytes;
  }
};
var EXPLICIT_LE = "1.2.840.10008.1.2.1";
function readRange(path, offset, target) {
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < target.length; ) {
      const n = readSync(file, target, at, Math.min(target.length - at, 2 ** 30), offset + at);
      if (n === 0) throw new DataError("DATA_FILE", `${path}: is shorter than it was at init`);
      at += n;
    }
  } finally {
    closeSync(file);
  }
}
function makeTemplate(prototype, run, edits) {
  const { transferSyntax } = prototype.share;
  const encoding = encodingOf(transferSyntax);
  const plain = encoding.deflated ? inflateDataset(prototype.header) : prototype.header;
  const syntax = encoding.deflated ? EXPLICIT_LE : transferSyntax;
  const present = new Set(indexDataset(plain, encodingOf(syntax), true).elements.map((e2) => e2.tag));
  const identity = identityEdits(run, present);
  const level = merge(identity.level, edits?.level ?? []);
  const tags = new Set(level.map((node) => node.tag));
  const header = patchHeader(plain, syntax, { key: "", level, tags });
  return { header, slots: slotsOf(header, syntax, edits?.tags ?? /* @__PURE__ */ new Set()) };
}
function identityEdits(run, present) {
  const optional = {};
  if (present.has(2097171)) optional["InstanceNumber"] = "000001";
  if (present.has(2097169)) optional["SeriesNumber"] = "000001";
  if (present.has(2097234)) optional["FrameOfReferenceUID"] = frameOfReferenceUid(run, 0, 1);
  return compileEdits({
    "00080018": sopUid(run, 0, 2 ** 20 + 1),
    "0020000d": studyUid(run, 0),
    "0020000e": seriesUid(run, 0, 1),
    "00100020": patientId(run, 0),
    "00080050": accessionNumber(run, 0),
    ...optional
  });
}
function merge(under, over) {
  const byTag = new Map(under.map((node) => [node.tag, node]));
  for (const node of over) byTag.set(node.tag, node);
  return [...byTag.values()].sort((a, b) => a.tag - b.tag);
}
function slotsOf(header, transferSyntax, except = /* @__PURE__ */ new Set()) {
  const { elements } = indexDataset(header, encodingOf(transferSyntax), true);
  const slots = [];
  SLOT_TAGS.forEach((tag, field) => {
    const element2 = except.has(tag) ? null : findElement(elements, tag);
    if (element2 !== null) slots.push([field, element2.valueOffset, element2.length]);
  });
  return slots.sort((a, b) => a[1] - b[1]).flat();
}
function putSlot(target, at, field, identity) {
  const { study, member } = identity;
  switch (field) {
    case SlotField.SOP_INSTANCE_UID:
      putUid(target, at, study, member);
      break;
    case SlotField.STUDY_INSTANCE_UID:
      putUid(target, at, study, 0);
      break;
    case SlotField.SERIES_INSTANCE_UID:
      putUid(target, at, study, seriesMember(member));
      break;
    case SlotField.PATIENT_ID:
      putId(target, at, identity.patient ?? study);
      break;
    case SlotField.ACCESSION_NUMBER:
      putId(target, at, study);
      break;
    case SlotField.INSTANCE_NUMBER:
      putSix(target, at, instanceOf(member));
      break;
    case SlotField.SERIES_NUMBER:
      putSix(target, at, seriesOf(member));
      break;
    case SlotField.FRAME_OF_REFERENCE_UID:
      putUid(target, at, study, frameOfReferenceMember(member));
      break;
  }
}
var Pool = class {
  share;
  members;
  constructor(share2) {
    this.share = share2;
    const segments = share2.segments.map((segment) => Buffer.from(segment));
    this.members = share2.members.map(
      (member, i) => new Prototype(member, prototypeNumber(share2.id, i), segments)
    );
  }
};

// runtime/dicom/data/pool-builder.ts
function headerFacts(bytes, transferSyntax) {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) {
    const facts = headerFacts(inflateDataset(bytes), TransferSyntax.EXPLICIT_LE);
    return { ...facts, headerBytes: bytes.length, slots: [] };
  }
  const index = indexDataset(bytes, encoding, true);
  const text2 = (tag) => textAt(bytes, index, tag);
  const pixel = index.pixel;
  return {
    sopClass: text2(524310),
    sopInstance: text2(524312),
    studyUid: text2(2097165),
    seriesUid: text2(2097166),
    patientId: text2(1048608),
    modality: text2(524384),
    rows: shortAt(bytes, index, 2621456, encoding),
    columns: shortAt(bytes, index, 2621457, encoding),
    numberOfFrames: Number(text2(2621448)) || (pixel === null ? 0 : 1),
    headerBytes: pixel === null ? bytes.length : index.pixelValueOffset,
    slots: slotTriples(index),
    pixelBytes: pixel === null ? 0 : pixel.length === UNDEFINED_LENGTH ? -1 : pixel.length
  };
}
function textAt(bytes, index, tag) {
  const element2 = findElement(index.elements, tag);
  if (element2 === null) return "";
  const end = element2.valueOffset + element2.length;
  return bytes.toString("latin1", element2.valueOffset, end).replace(/[ \x00]+$/, "");
}
function shortAt(bytes, index, tag, encoding) {
  const element2 = findElement(index.elements, tag);
  if (element2 === null || element2.length < 2) return 0;
  const { valueOffset } = element2;
  return encoding.bigEndian ? bytes.readUInt16BE(valueOffset) : bytes.readUInt16LE(valueOffset);
}
function slotTriples(index) {
  const slots = [];
  SLOT_TAGS.forEach((tag, field) => {
    const element2 = findElement(index.elements, tag);
    if (element2 !== null) slots.push([field, element2.valueOffset, element2.length]);
  });
  return slots.sort((a, b) => a[1] - b[1]).flat();
}
var PoolBuilder = class {
  #options;
  #segments = [];
  #members = [];
  #current = Buffer.alloc(0);
  #used = 0;
  #left;
  constructor(options) {
    this.#options = options;
    this.#left = options.expectedBytes;
  }
  get length() {
    return this.#members.length;
  }
  /** Adds a data set that is in memory; its bytes are copied once. */
  addDataset(dataset, member) {
    const facts = headerFacts(dataset, member.transferSyntax);
    const { segment, offset } = this.#store([dataset]);
    const value = pixelValue(dataset, facts, member.transferSyntax);
    const hashes = {
      pixelHash: value === null || this.#options.hash === "none" ? "" : sha256(value),
      datasetHash: this.#options.hash === "full" ? sha256(dataset) : ""
    };
    const location = { kind: "memory", segment, offset };
    this.#push(facts, member, { location, datasetBytes: dataset.length, ...hashes });
  }
  /** Adds an instance whose header is in memory and whose data set stays in a file. */
  addFile(header, member, file, hashes) {
    const facts = headerFacts(header, member.transferSyntax);
    const { segment, offset } = this.#store([header.subarray(0, facts.headerBytes)]);
    const { path, offset: fileOffset } = file;
    const location = { kind: "file", segment, offset, path, fileOffset };
    this.#push(facts, member, { location, datasetBytes: file.datasetBytes, ...hashes });
  }
  /** Adds a generated instance: its header, and `valueBytes` that repeat `tile`. */
  addTiled(header, tile, valueBytes, member) {
    const facts = headerFacts(header, member.transferSyntax);
    const { segment, offset } = this.#store([header, tile]);
    const tileOffset = offset + header.length;
    const location = {
      kind: "tiled",
      segment,
      offset,
      tileOffset,
      tileBytes: tile.length
    };
    const { pixelHash } = member;
    const datasetBytes = header.length + valueBytes;
    this.#push(facts, member, { location, datasetBytes, pixelHash, datasetHash: "" });
  }
  /** The pool. The builder must not be used afterwards. */
  share(skipped = [], notes = []) {
    const { id: id2, key } = this.#options;
    return { id: id2, key, segments: this.#segments, members: this.#members, skipped, notes };
  }
  #store(parts) {
    const bytes = parts.reduce((sum2, part) => sum2 + part.length, 0);
    if (this.#used + bytes > this.#current.length) this.#grow(bytes);
    const offset = this.#used;
    for (const part of parts) {
      part.copy(this.#current, this.#used);
      this.#used += part.length;
    }
    this.#left -= bytes;
    return { segment: this.#segments.length - 1, offset };
  }
  #grow(bytes) {
    if (bytes > MAX_SEGMENT_BYTES) {
      throw new DataError("DATA_UNSUPPORTED", `pool: one part of ${bytes} bytes is above 1 GiB`);
    }
    const size2 = Math.max(bytes, Math.min(MAX_SEGMENT_BYTES, this.#left));
    const segment = new SharedArrayBuffer(size2);
    this.#segments.push(segment);
    this.#current = Buffer.from(segment);
    this.#used = 0;
  }
  #push(facts, member, stored) {
    const { pixelBytes: _, ...known2 } = facts;
    const { datasetBytes, location, pixelHash, datasetHash } = stored;
    this.#members.push({
      ...known2,
      transferSyntax: member.transferSyntax,
      datasetBytes,
      fileBytes: member.fileBytes ?? datasetBytes,
      location,
      pixelHash,
      datasetHash,
      oddLength: datasetBytes % 2 === 1,
      origin: member.origin
    });
  }
};
function sha256(bytes) {
  return createHash2("sha256").update(bytes).digest("hex");
}
function pixelValue(dataset, facts, transferSyntax) {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated) {
    const plain = inflateDataset(dataset);
    return pixelValue(
      plain,
      headerFacts(plain, TransferSyntax.EXPLICIT_LE),
      TransferSyntax.EXPLICIT_LE
    );
  }
  if (facts.pixelBytes === 0) return null;
  if (facts.pixelBytes > 0) {
    const end = facts.headerBytes + facts.pixelBytes;
    if (end > dataset.length) {
      throw new DataError(
        "DATA_MALFORMED",
        `pixel data says ${facts.pixelBytes} bytes, ${dataset.length - facts.headerBytes} left`
      );
    }
    return dataset.subarray(facts.headerBytes, end);
  }
  const element2 = findElement(indexDataset(dataset, encoding).elements, PIXEL_DATA);
  if (element2 === null) return null;
  return dataset.subarray(element2.valueOffset, element2.valueOffset + element2.length);
}

// runtime/dicom/data/json.ts
function openDataset(dataset, transferSyntax) {
  const deflated = encodingOf(transferSyntax).deflated;
  const bytes = deflated ? inflateDataset(dataset) : dataset;
  const syntax = deflated ? TransferSyntax.EXPLICIT_LE : transferSyntax;
  const { elements } = indexDataset(bytes, encodingOf(syntax), true);
  return { bytes, transferSyntax: syntax, elements, charset: datasetCharset(bytes, elements) };
}
function levelJson(open2, elements, charset, opaque) {
  const json = {};
  for (const element2 of elements) {
    if ((element2.tag & 65535) === 0 || isPixelData(element2.tag)) continue;
    const name = keywordOf(element2.tag);
    if (element2.items !== null) {
      json[name] = element2.items.map((item) => {
        const own = findElement(item.elements, 524293);
        const inner = own === null ? charset : charsetOf(textOf(open2.bytes, own));
        return levelJson(open2, item.elements, inner, opaque);
      });
      continue;
    }
    const value = valueOf(open2, element2, charset);
    if (!Buffer.isBuffer(value))
      json[name] = Array.isArray(value) && value.length === 0 ? null : value;
    else if (opaque === "length") json[name] = `(${value.length} bytes)`;
  }
  return json;
}
function textOf(bytes, element2) {
  return bytes.toString("latin1", element2.valueOffset, element2.valueOffset + element2.length);
}
function valueOf(open2, element2, charset = open2.charset) {
  const bytes = open2.bytes.subarray(element2.valueOffset, element2.valueOffset + element2.length);
  const vr = element2.vr === "UN" || element2.vr === "" ? vrOf(element2.tag) : element2.vr;
  return decodeValue(vr, bytes, { bigEndian: element2.encoding.bigEndian, charset });
}
function getValue(open2, path) {
  let elements = open2.elements;
  let { charset } = open2;
  const steps2 = path.split(/[./]/);
  for (const [i, step] of steps2.entries()) {
    const match = /^([^[]+)(?:\[(\d+)\])?$/.exec(step.trim());
    const element2 = match === null ? null : findElement(elements, tagOf(match[1] ?? ""));
    if (element2 === null) return void 0;
    const last = i === steps2.length - 1;
    if (element2.items === null) return last ? valueOf(open2, element2, charset) : void 0;
    if (last && match?.[2] === void 0) {
      return element2.items.map((item2) => levelJson(open2, item2.elements, charset, "omit"));
    }
    const item = element2.items[Number(match?.[2] ?? 0)];
    if (item === void 0) return void 0;
    const own = findElement(item.elements, 524293);
    if (own !== null) charset = charsetOf(textOf(open2.bytes, own));
    if (last) return [levelJson(open2, item.elements, charset, "omit")];
    elements = item.elements;
  }
  return void 0;
}
function matchesTags(dataset, transferSyntax, tags) {
  const open2 = openDataset(dataset, transferSyntax);
  return Object.entries(tags).every(([name, wanted]) => {
    const value = getValue(open2, name);
    if (wanted === null) return value === void 0;
    if (value === void 0 || Buffer.isBuffer(value)) return false;
    const values = Array.isArray(value) ? value : [value];
    return values.some((one3) => matchesText(String(one3), String(wanted)));
  });
}
function matchesText(value, wanted) {
  if (!/[*?]/.test(wanted)) return value === wanted;
  const source = wanted.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(value);
}

// runtime/dicom/data/pixels.ts
function frameBytes(shape) {
  return Math.ceil(shape.rows * shape.columns * shape.samples * shape.bitsAllocated / 8);
}
function fillNoise(target, seed) {
  let state = seed * 2654435761 + 2654435769 >>> 0 || 1;
  const words = target.length >>> 2;
  for (let i = 0; i < words; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    target.writeInt32LE(state | 0, i * 4);
  }
  for (let i = words * 4; i < target.length; i++) target[i] = state >>> (i & 3) * 8 & 255;
}
function maskSamples(target, bitsStored) {
  const highMask = (1 << bitsStored) - 1 >>> 8;
  for (let i = 1; i < target.length; i += 2) target[i] = (target[i] ?? 0) & highMask;
}
function makePixels(shape, spec) {
  const one3 = frameBytes(shape);
  const total = one3 * shape.frames;
  const bytes = Buffer.alloc(total + total % 2);
  const used = bytes.subarray(0, total);
  if (spec.fill === "noise") {
    fillNoise(used, spec.seed);
    if (shape.bitsAllocated === 16 && shape.bitsStored < 16) maskSamples(used, shape.bitsStored);
    if (shape.bitsAllocated === 32) for (let i = 3; i < total; i += 4) used[i] = 0;
    return bytes;
  }
  for (let frame = 0; frame < shape.frames; frame++) {
    const target = used.subarray(frame * one3, (frame + 1) * one3);
    const text2 = shape.frames > 1 ? `${spec.label}/${frame + 1}` : spec.label;
    paintFrame(target, shape, spec.fill === "flat" ? null : text2);
  }
  return bytes;
}
function paintFrame(target, shape, label) {
  const { rows, columns, samples, bitsAllocated } = shape;
  const top = 2 ** shape.bitsStored - 1;
  const glyphs = label === null ? null : layOut(label, rows, columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const level = glyphs === null ? 0.5 : levelAt(x, y, shape, glyphs);
      const at = (y * columns + x) * samples;
      for (let s = 0; s < samples; s++) {
        putSample(target, at + s, Math.round(level * top * (s === 0 ? 1 : 0.92)), bitsAllocated);
      }
    }
  }
}
function putSample(target, index, value, bits) {
  if (bits === 8) target[index] = value;
  else if (bits === 16) target.writeUInt16LE(value, index * 2);
  else if (bits === 32) target.writeUInt32LE(value, index * 4);
  else if (value > 0) target[index >>> 3] = (target[index >>> 3] ?? 0) | 1 << (index & 7);
}
var GLYPH_WIDTH = 6;
function layOut(text2, rows, columns) {
  const fit = Math.floor(Math.min(columns * 0.8 / (text2.length * GLYPH_WIDTH), rows * 0.5 / 7));
  const scale = Math.max(1, fit);
  return {
    text: text2,
    scale,
    left: Math.floor((columns - text2.length * GLYPH_WIDTH * scale) / 2),
    top: Math.floor((rows - 7 * scale) / 2)
  };
}
function levelAt(x, y, shape, glyphs) {
  if (inGlyph(x, y, glyphs)) return 1;
  if (x % 64 === 0 || y % 64 === 0) return 0.55;
  return 0.05 + 0.45 * (x + y) / (shape.rows + shape.columns);
}
var FONT = {
  "0": [14, 17, 19, 21, 25, 17, 14],
  "1": [4, 12, 4, 4, 4, 4, 14],
  "2": [14, 17, 1, 2, 4, 8, 31],
  "3": [31, 2, 4, 2, 1, 17, 14],
  "4": [2, 6, 10, 18, 31, 2, 2],
  "5": [31, 16, 30, 1, 1, 17, 14],
  "6": [6, 8, 16, 30, 17, 17, 14],
  "7": [31, 1, 2, 4, 8, 8, 8],
  "8": [14, 17, 17, 14, 17, 17, 14],
  "9": [14, 17, 17, 15, 1, 2, 12],
  "/": [1, 1, 2, 4, 8, 16, 16]
};
function inGlyph(x, y, glyphs) {
  const column = Math.floor((x - glyphs.left) / glyphs.scale);
  const row = Math.floor((y - glyphs.top) / glyphs.scale);
  if (row < 0 || row > 6 || column < 0) return false;
  const within = column % GLYPH_WIDTH;
  const glyph = FONT[glyphs.text[Math.floor(column / GLYPH_WIDTH)] ?? ""];
  return glyph !== void 0 && within < 5 && ((glyph[row] ?? 0) >> 4 - within & 1) === 1;
}

// runtime/dicom/data/codecs.ts
var codecs = null;
var JPEG = { encode: "encodeJpeg", decode: "decodeJpeg" };
var JPEG_LS = { encode: "encodeJpegLs", decode: "decodeJpegLs" };
var JPEG_2000 = { encode: "encodeJpeg2000", decode: "decodeJpeg2000" };
var LOSSLESS = {
  ...JPEG,
  parameters: { lossy: false, predictor: 1, pointTransform: 0 },
  lossy: null,
  maxBits: 16,
  colour: "RGB"
};
var METHODS = {
  [TransferSyntax.JPEG_BASELINE]: {
    ...JPEG,
    parameters: { lossy: true, quality: 90, sampleFactor: 1 },
    lossy: "ISO_10918_1",
    maxBits: 8,
    colour: "YBR_FULL_422"
  },
  [TransferSyntax.JPEG_EXTENDED]: {
    ...JPEG,
    parameters: { lossy: true, quality: 90, sampleFactor: 1 },
    lossy: "ISO_10918_1",
    maxBits: 8,
    colour: "YBR_FULL_422"
  },
  [TransferSyntax.JPEG_LOSSLESS]: LOSSLESS,
  [TransferSyntax.JPEG_LOSSLESS_SV1]: LOSSLESS,
  [TransferSyntax.JPEG_LS_LOSSLESS]: {
    ...JPEG_LS,
    parameters: { lossy: false },
    lossy: null,
    maxBits: 16,
    colour: "RGB"
  },
  [TransferSyntax.JPEG_LS_LOSSY]: {
    ...JPEG_LS,
    parameters: { lossy: true, allowedLossyError: 2 },
    lossy: "ISO_14495_1",
    maxBits: 16,
    colour: "RGB"
  },
  [TransferSyntax.JPEG_2000_LOSSLESS]: {
    ...JPEG_2000,
    parameters: { lossy: false },
    lossy: null,
    maxBits: 16,
    colour: "YBR_RCT"
  },
  [TransferSyntax.JPEG_2000]: {
    ...JPEG_2000,
    parameters: { lossy: true, rate: 10 },
    lossy: "ISO_15444_1",
    maxBits: 16,
    colour: "YBR_ICT"
  }
};
function needsCodecs(transferSyntax) {
  return METHODS[transferSyntax] !== void 0;
}
function methodOf(transferSyntax) {
  const method = METHODS[transferSyntax];
  if (method === void 0) {
    throw new DataError("DATA_UNSUPPORTED", `transfer syntax ${transferSyntax}: no codec for it`);
  }
  if (codecs === null) {
    throw new DataError(
      "DATA_CODECS_NOT_LOADED",
      `transfer syntax ${transferSyntax}: its codec is not loaded`
    );
  }
  return { method, codecs };
}
function encodeFrame(frame, shape, options) {
  const { method, codecs: loaded2 } = methodOf(options.transferSyntax);
  if (shape.bitsStored > method.maxBits || shape.bitsAllocated === 1 || shape.bitsAllocated > 16) {
    throw new DataError(
      "DATA_UNSUPPORTED",
      `transfer syntax ${options.transferSyntax}: takes up to ${method.maxBits} bits, not ${shape.bitsStored}`,
      "choose rle, jpeg-lossless, jpeg-ls or jpeg2000 for more bits"
    );
  }
  const context = new loaded2.Context({
    ...contextOf(shape, options.photometric),
    decodedBuffer: frame
  });
  const result = loaded2.NativeCodecs[method.encode](context, method.parameters);
  const bytes = Buffer.from(result.getEncodedBuffer() ?? []);
  const photometric = options.photometric === "RGB" ? method.colour : options.photometric;
  return { bytes, edits: compressionEdits(method, photometric, frame.length / bytes.length) };
}
function compressionEdits(method, photometric, ratio) {
  const colour2 = { PhotometricInterpretation: photometric };
  if (method.lossy === null) return colour2;
  return {
    ...colour2,
    LossyImageCompression: "01",
    LossyImageCompressionRatio: ratio.toFixed(2),
    LossyImageCompressionMethod: method.lossy
  };
}
function contextOf(shape, photometric) {
  return {
    width: shape.columns,
    height: shape.rows,
    bitsAllocated: shape.bitsAllocated,
    bitsStored: shape.bitsStored,
    samplesPerPixel: shape.samples,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation: photometric
  };
}
function decodeFrame(encoded, shape, options) {
  const { method, codecs: loaded2 } = methodOf(options.transferSyntax);
  const context = new loaded2.Context({
    ...contextOf(shape, options.photometric),
    encodedBuffer: encoded
  });
  const result = loaded2.NativeCodecs[method.decode](context, { convertColorspaceToRgb: true });
  const bytes = Buffer.from(result.getDecodedBuffer() ?? []);
  if (bytes.length !== frameBytes(shape)) {
    throw new DataError(
      "DATA_MALFORMED",
      `compressed frame: gives ${bytes.length} bytes, its header says ${frameBytes(shape)}`
    );
  }
  return { bytes, photometric: shape.samples === 3 ? "RGB" : options.photometric };
}

// runtime/dicom/data/rle.ts
var HEADER_BYTES = 64;
var MAX_SEGMENTS = 15;
function encodeRle(frame, samples, bytesPerSample) {
  const pixels = Math.floor(frame.length / (samples * bytesPerSample));
  const segments = [];
  for (let sample = 0; sample < samples; sample++) {
    for (let byte = bytesPerSample - 1; byte >= 0; byte--) {
      const plane2 = Buffer.allocUnsafe(pixels);
      const step = samples * bytesPerSample;
      let from = sample * bytesPerSample + byte;
      for (let i = 0; i < pixels; i++, from += step) plane2[i] = frame[from] ?? 0;
      segments.push(packBits(plane2));
    }
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(segments.length, 0);
  let at = HEADER_BYTES;
  segments.forEach((segment, i) => {
    header.writeUInt32LE(at, 4 + i * 4);
    at += segment.length;
  });
  return Buffer.concat([header, ...segments]);
}
function packBits(plane2) {
  const out = Buffer.allocUnsafe(plane2.length + Math.ceil(plane2.length / 128) + 2);
  let used = 0;
  let at = 0;
  while (at < plane2.length) {
    const run = runAt(plane2, at);
    if (run >= 2) {
      out[used++] = 257 - run;
      out[used++] = plane2[at] ?? 0;
      at += run;
      continue;
    }
    const from = at;
    while (at < plane2.length && at - from < 128 && runAt(plane2, at) < 3) at++;
    out[used++] = at - from - 1;
    used += plane2.copy(out, used, from, at);
  }
  if (used % 2 === 1) out[used++] = 0;
  return out.subarray(0, used);
}
function runAt(plane2, at) {
  const value = plane2[at];
  let to = at + 1;
  while (to < plane2.length && to - at < 128 && plane2[to] === value) to++;
  return to - at;
}
function decodeRle(encoded, samples, bytesPerSample, bytes) {
  const count = encoded.readUInt32LE(0);
  if (count !== samples * bytesPerSample || count > MAX_SEGMENTS) {
    throw new RangeError(`RLE frame: ${count} segments, expected ${samples * bytesPerSample}`);
  }
  const frame = Buffer.alloc(bytes);
  const step = samples * bytesPerSample;
  for (let segment = 0; segment < count; segment++) {
    const from = encoded.readUInt32LE(4 + segment * 4);
    const to = segment + 1 < count ? encoded.readUInt32LE(8 + segment * 4) : encoded.length;
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - segment % bytesPerSample;
    unpack(encoded.subarray(from, to), frame, sample * bytesPerSample + byte, step);
  }
  return frame;
}
function unpack(segment, frame, first, step) {
  let out = first;
  for (let at = 0; at < segment.length && out < frame.length; ) {
    const control = segment.readInt8(at++);
    if (control === -128) continue;
    const count = control >= 0 ? control + 1 : 1 - control;
    for (let i = 0; i < count && out < frame.length; i++, out += step) {
      frame[out] = segment[control >= 0 ? at + i : at] ?? 0;
    }
    at += control >= 0 ? count : 1;
  }
}

// runtime/dicom/data/encapsulate.ts
var IMPLICIT2 = encodingOf(TransferSyntax.IMPLICIT_LE);
function encapsulate(pixels, shape, options) {
  const one3 = frameBytes(shape);
  const frames = [];
  let edits = {};
  for (let i = 0; i < shape.frames; i++) {
    const frame = pixels.subarray(i * one3, (i + 1) * one3);
    if (options.transferSyntax === TransferSyntax.RLE) {
      if (shape.bitsAllocated === 1)
        throw new DataError("DATA_UNSUPPORTED", "RLE: not for 1-bit pixels");
      frames.push(encodeRle(frame, shape.samples, shape.bitsAllocated / 8));
      if (shape.samples === 3) edits = { PlanarConfiguration: 0 };
      continue;
    }
    const encoded = encodeFrame(frame, shape, options);
    frames.push(encoded.bytes);
    edits = encoded.edits;
  }
  const tables = options.offsetTable === "extended" ? extendedOffsets(frames) : [];
  return { value: frameItems(frames, options), tables, edits };
}
function frameItems(frames, options) {
  const items = [];
  const offsets = [];
  let at = 0;
  for (const frame of frames) {
    offsets.push(at);
    const limit = options.fragmentBytes ?? Math.max(2, frame.length + 1);
    for (let from = 0; from < frame.length; from += limit) {
      const fragment = frame.subarray(from, from + limit);
      const odd = fragment.length % 2;
      items.push(elementHeader(ITEM, "", fragment.length + odd, IMPLICIT2), fragment);
      if (odd === 1) items.push(Buffer.of(0));
      at += 8 + fragment.length + odd;
    }
  }
  const table = Buffer.alloc(options.offsetTable === "basic" ? offsets.length * 4 : 0);
  if (options.offsetTable === "basic")
    offsets.forEach((offset, i) => table.writeUInt32LE(offset, i * 4));
  return [
    elementHeader(ITEM, "", table.length, IMPLICIT2),
    table,
    ...items,
    elementHeader(SEQUENCE_DELIMITER, "", 0, IMPLICIT2)
  ];
}
function extendedOffsets(frames) {
  const offsets = Buffer.alloc(frames.length * 8);
  const lengths = Buffer.alloc(frames.length * 8);
  let at = 0;
  frames.forEach((frame, i) => {
    const length = frame.length + frame.length % 2;
    offsets.writeBigUInt64LE(BigInt(at), i * 8);
    lengths.writeBigUInt64LE(BigInt(length), i * 8);
    at += 8 + length;
  });
  const explicit = encodingOf(TransferSyntax.EXPLICIT_LE);
  return [
    elementHeader(2145386497, "OV", offsets.length, explicit),
    offsets,
    elementHeader(2145386498, "OV", lengths.length, explicit),
    lengths
  ];
}

// runtime/dicom/data/reencode.ts
var WORD = {
  US: 2,
  SS: 2,
  OW: 2,
  AT: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8
};
function reencode(bytes, from, to) {
  const { elements } = indexDataset(bytes, from);
  const work = { bytes, to };
  return Buffer.concat(fixGroups(elements, work).flat());
}
function fixGroups(elements, work) {
  const out = elements.map((element2) => one2(element2, work));
  elements.forEach((element2, i) => {
    if ((element2.tag & 65535) !== 0) return;
    let length = 0;
    elements.forEach((other, j) => {
      if (j !== i && other.tag >>> 16 === element2.tag >>> 16) length += size(out[j] ?? []);
    });
    const value = Buffer.alloc(4);
    if (work.to.bigEndian) value.writeUInt32BE(length);
    else value.writeUInt32LE(length);
    out[i] = [elementHeader(element2.tag, "UL", 4, work.to), value];
  });
  return out;
}
function size(pieces) {
  return pieces.reduce((sum2, piece) => sum2 + piece.length, 0);
}
function one2(element2, work) {
  const { tag, items, undefinedLength, valueOffset, length } = element2;
  const vr = element2.vr === "" ? vrOf(tag) : element2.vr;
  if (items !== null) return sequence2(element2, items, work);
  if (undefinedLength && isPixelData(tag)) {
    throw new DataError("DATA_UNSUPPORTED", "re-encoding: pixel data is compressed");
  }
  const value = work.bytes.subarray(valueOffset, valueOffset + length);
  const swapped = element2.encoding.bigEndian === work.to.bigEndian ? value : swap(value, vr);
  return [elementHeader(tag, fitting(vr, length), length, work.to), swapped];
}
function fitting(vr, length) {
  return length > 65535 && !/^(O.|S[QV]|U[CNRTV])$/.test(vr) ? "UN" : vr;
}
function swap(value, vr) {
  const word = WORD[vr] ?? 1;
  if (word === 1 || value.length % word !== 0) return value;
  const copy = Buffer.from(value);
  if (word === 2) return copy.swap16();
  return word === 4 ? copy.swap32() : copy.swap64();
}
function sequence2(element2, items, work) {
  const pieces = [];
  for (const item of items) {
    const inner = fixGroups(item.elements, work).flat();
    const length2 = item.undefinedLength ? UNDEFINED_LENGTH : size(inner);
    pieces.push(elementHeader(ITEM, "", length2, { ...work.to, explicit: false }), ...inner);
    if (item.undefinedLength) pieces.push(delimiter2(ITEM_DELIMITER, work));
  }
  const length = element2.undefinedLength ? UNDEFINED_LENGTH : size(pieces);
  if (element2.undefinedLength) pieces.push(delimiter2(SEQUENCE_DELIMITER, work));
  return [elementHeader(element2.tag, "SQ", length, work.to), ...pieces];
}
function delimiter2(tag, work) {
  return elementHeader(tag, "", 0, { ...work.to, explicit: false });
}

// runtime/dicom/data/transcode.ts
function isCompressed(transferSyntax) {
  return encodingOf(transferSyntax).encapsulated;
}
function transcode(dataset, from, to, offsetTable = "basic") {
  if (from === to) return { dataset, transferSyntax: to };
  const explicit = toExplicit(dataset, from);
  return { dataset: fromExplicit(explicit, to, offsetTable), transferSyntax: to };
}
function toExplicit(dataset, from) {
  const encoding = encodingOf(from);
  if (encoding.deflated) return inflateDataset(dataset);
  if (from === TransferSyntax.EXPLICIT_LE) return dataset;
  if (encoding.encapsulated) return decompress(dataset, from);
  return reencode(dataset, encoding, encodingOf(TransferSyntax.EXPLICIT_LE));
}
function fromExplicit(dataset, to, offsetTable) {
  const encoding = encodingOf(to);
  if (to === TransferSyntax.EXPLICIT_LE) return dataset;
  if (encoding.deflated) return deflateDataset(dataset);
  if (encoding.encapsulated) return compress(dataset, to, offsetTable);
  return reencode(dataset, encodingOf(TransferSyntax.EXPLICIT_LE), encoding);
}
function pixelsOf(dataset) {
  const open2 = openDataset(dataset, TransferSyntax.EXPLICIT_LE);
  const number = (name) => Number(getValue(open2, name) ?? 0);
  const shape = {
    rows: number("Rows"),
    columns: number("Columns"),
    frames: number("NumberOfFrames") || 1,
    samples: number("SamplesPerPixel") === 3 ? 3 : 1,
    bitsAllocated: number("BitsAllocated"),
    bitsStored: number("BitsStored")
  };
  if (shape.rows === 0 || shape.columns === 0 || !(shape.bitsAllocated > 0)) {
    throw new DataError(
      "DATA_UNSUPPORTED",
      "transcoding: Rows, Columns or BitsAllocated are missing"
    );
  }
  const photometric = String(getValue(open2, "PhotometricInterpretation") ?? "");
  return { shape, photometric, planar: number("PlanarConfiguration") === 1 };
}
function decompress(dataset, from) {
  const { elements } = indexDataset(dataset, encodingOf(from));
  const pixel = findElement(elements, PIXEL_DATA);
  if (pixel === null || !pixel.undefinedLength) return dataset;
  const { shape, photometric } = pixelsOf(dataset);
  const value = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  let edits = {};
  const frames = framesOf(value, shape.frames).map((frame) => {
    if (from === TransferSyntax.RLE) return rleFrame(frame, shape);
    const decoded = decodeFrame(frame, shape, { transferSyntax: from, photometric });
    edits = { PhotometricInterpretation: decoded.photometric };
    return decoded.bytes;
  });
  if (shape.samples === 3) edits = { ...edits, PlanarConfiguration: 0 };
  const header = patchHeader(dataset.subarray(0, pixel.offset), from, compileEdits(edits));
  const native = Buffer.concat(frames);
  const padded3 = native.length % 2 === 0 ? native : Buffer.concat([native, Buffer.of(0)]);
  const vr = shape.bitsAllocated > 8 ? "OW" : "OB";
  const encoding = encodingOf(TransferSyntax.EXPLICIT_LE);
  const head = elementHeader(PIXEL_DATA, vr, padded3.length, encoding);
  return Buffer.concat([withoutExtendedTable(header), head, padded3, dataset.subarray(pixel.end)]);
}
function withoutExtendedTable(header) {
  const { elements } = indexDataset(header, encodingOf(TransferSyntax.EXPLICIT_LE));
  const first = elements.find((one3) => one3.tag === 2145386497 || one3.tag === 2145386498);
  return first === void 0 ? header : header.subarray(0, first.offset);
}
function rleFrame(frame, shape) {
  try {
    return decodeRle(frame, shape.samples, shape.bitsAllocated / 8, frameBytes(shape));
  } catch (cause) {
    throw new DataError("DATA_MALFORMED", cause instanceof Error ? cause.message : "RLE frame");
  }
}
function framesOf(value, frames) {
  const fragments = [];
  for (let at = 0; at + 8 <= value.length; ) {
    const length = value.readUInt32LE(at + 4);
    fragments.push({ at, bytes: value.subarray(at + 8, at + 8 + length) });
    at += 8 + length;
  }
  const [table, ...rest] = fragments;
  if (table === void 0) return [];
  if (frames <= 1) return [Buffer.concat(rest.map((one3) => one3.bytes))];
  if (rest.length === frames) return rest.map((one3) => one3.bytes);
  const base = rest[0]?.at ?? 0;
  const starts = /* @__PURE__ */ new Set();
  for (let i = 0; i + 4 <= table.bytes.length; i += 4)
    starts.add(table.bytes.readUInt32LE(i) + base);
  if (starts.size !== frames) {
    throw new DataError(
      "DATA_UNSUPPORTED",
      `${rest.length} fragments and no offset table for ${frames} frames`
    );
  }
  const groups = [];
  for (const one3 of rest) {
    if (starts.has(one3.at)) groups.push([]);
    groups[groups.length - 1]?.push(one3.bytes);
  }
  return groups.map((group) => Buffer.concat(group));
}
function compress(dataset, to, offsetTable) {
  const { elements } = indexDataset(dataset, encodingOf(TransferSyntax.EXPLICIT_LE));
  const pixel = findElement(elements, PIXEL_DATA);
  if (pixel === null) return dataset;
  if (!needsCodecs(to) && to !== TransferSyntax.RLE) {
    throw new DataError("DATA_UNSUPPORTED", `transfer syntax ${to}: no encoder for it`);
  }
  const { shape, photometric, planar } = pixelsOf(dataset);
  const native = dataset.subarray(pixel.valueOffset, pixel.valueOffset + pixel.length);
  const pixels = planar ? interleave(native, shape) : native;
  const result = encapsulate(pixels, shape, { transferSyntax: to, photometric, offsetTable });
  const edits = compileEdits({ ...result.edits, ...planar ? { PlanarConfiguration: 0 } : {} });
  const before = dataset.subarray(0, pixel.offset);
  return Buffer.concat([
    patchHeader(before, TransferSyntax.EXPLICIT_LE, edits),
    ...result.tables,
    elementHeader(PIXEL_DATA, "OB", UNDEFINED_LENGTH, encodingOf(to)),
    ...result.value,
    dataset.subarray(pixel.end)
  ]);
}
function interleave(native, shape) {
  const pixels = shape.rows * shape.columns;
  const out = Buffer.alloc(native.length);
  for (let frame = 0; frame < shape.frames; frame++) {
    const base = frame * pixels * 3;
    for (let i = 0; i < pixels; i++) {
      for (let s = 0; s < 3; s++) out[base + i * 3 + s] = native[base + s * pixels + i] ?? 0;
    }
  }
  return out;
}

// runtime/dicom/data/files.ts
var DICOMDIR = "1.2.840.10008.1.3.10";
var FIRST_READ_BYTES = 1024 ** 2;
var MAX_HEADER_BYTES = 64 * 1024 ** 2;
var STREAM_BYTES = 4 * 1024 ** 2;
var EXAMPLES = 3;
var PROGRESS_EVERY = 256;
var Skips = class {
  #byReason = /* @__PURE__ */ new Map();
  add(reason, path) {
    const entry = this.#byReason.get(reason) ?? { count: 0, examples: [] };
    entry.count++;
    if (entry.examples.length < EXAMPLES) entry.examples.push(path);
    this.#byReason.set(reason, entry);
  }
  list() {
    return [...this.#byReason].map(([reason, entry]) => ({ reason, ...entry }));
  }
};
function loadPool(request, pool2) {
  const skips = new Skips();
  const files = [];
  for (const path of request.paths) {
    const found = findFiles(path, request.base);
    files.push(...found.files);
    for (const one3 of found.unreadable) skips.add(`cannot be read (${one3.reason})`, one3.path);
  }
  const largeBytes = request.largeBytes ?? LARGE_FILE_BYTES;
  const expectedBytes = files.reduce((sum2, file) => sum2 + Math.min(file.bytes, largeBytes), 0);
  const { hash = "pixels", limit = Infinity } = request;
  const builder = new PoolBuilder({ ...pool2, expectedBytes, hash });
  const loader = { request, builder, largeBytes, scratch: Buffer.alloc(0) };
  files.forEach((file, i) => {
    if (i % PROGRESS_EVERY === 0) request.onProgress?.(i, files.length);
    if (builder.length >= limit) return;
    const reason = loadFile(loader, file);
    if (reason !== null) skips.add(reason, file.path);
  });
  request.onProgress?.(files.length, files.length);
  const skipped = skips.list();
  if (builder.length === 0) throw nothing(request, files.length, skipped);
  return builder.share(skipped, notesOf(files.length, skipped));
}
function notesOf(total, skipped) {
  const count = skipped.reduce((sum2, one3) => sum2 + one3.count, 0);
  if (count === 0) return [];
  return [`skipped ${count} of ${total} files: ${reasons(skipped)}`];
}
function reasons(skipped) {
  return skipped.map(
    ({ count, reason, examples }) => `${count} ${reason} (${examples[0] ?? ""}${count > 1 ? ", \u2026" : ""})`
  ).join("; ");
}
function nothing(request, total, skipped) {
  const where = request.paths.map((path) => `"${path}"`).join(", ");
  const looked = total === 0 ? "found no file" : `looked at ${total} files`;
  const why = skipped.length === 0 ? "" : `: ${reasons(skipped)}`;
  return new DataError(
    "DATA_NO_FILES",
    `files(${where}): no DICOM instance in ${request.base}; ${looked}${why}`,
    "give a folder, file or glob with Part 10 files; relative paths start at the script"
  );
}
function loadFile(loader, file) {
  if (file.bytes === 0) return "empty";
  let descriptor;
  try {
    descriptor = openSync2(file.path, "r");
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
  try {
    const size2 = fstatSync(descriptor).size;
    return size2 > loader.largeBytes ? loadLarge(loader, file, descriptor, size2) : loadSmall(loader, file, descriptor, size2);
  } catch (error) {
    if (!(error instanceof DataError)) return `cannot be read (${errorCode(error)})`;
    if (error.code === "DATA_NOT_DICOM") return "not DICOM";
    return error.code === "DATA_MALFORMED" ? "truncated or corrupt" : error.message;
  } finally {
    closeSync2(descriptor);
  }
}
function readAll(descriptor, target, position) {
  let at = 0;
  while (at < target.length) {
    const n = readSync2(descriptor, target, at, target.length - at, position + at);
    if (n === 0) break;
    at += n;
  }
  return at;
}
function startOf(loader, bytes) {
  if (isPart10(bytes)) {
    const meta = readMeta(bytes);
    if (meta.sopClass === DICOMDIR) throw new DataError("DATA_UNSUPPORTED", "a DICOMDIR");
    return meta;
  }
  const syntax = loader.request.bare === true ? guessBareSyntax(bytes) : null;
  if (syntax === null) throw new DataError("DATA_NOT_DICOM", "no DICM at offset 128");
  return { transferSyntax: syntax, datasetOffset: 0 };
}
function loadSmall(loader, file, descriptor, size2) {
  if (loader.scratch.length < size2) loader.scratch = Buffer.allocUnsafeSlow(Math.max(size2, 65536));
  const bytes = loader.scratch.subarray(0, size2);
  if (readAll(descriptor, bytes, 0) < size2) return "truncated or corrupt";
  const start = startOf(loader, bytes);
  let dataset = bytes.subarray(start.datasetOffset);
  let { transferSyntax } = start;
  if (loader.request.decompress === true && isCompressed(transferSyntax)) {
    ({ dataset, transferSyntax } = transcode(dataset, transferSyntax, "1.2.840.10008.1.2.1"));
  }
  const facts = headerFacts(dataset, transferSyntax);
  const rejected = judge(
    { facts, transferSyntax, header: dataset, datasetBytes: dataset.length },
    loader.request.filter
  );
  if (rejected !== null) return rejected;
  pixelValue(dataset, facts, transferSyntax);
  loader.builder.addDataset(dataset, { transferSyntax, origin: file.path, fileBytes: size2 });
  return null;
}
function loadLarge(loader, file, descriptor, size2) {
  const { header, transferSyntax, datasetOffset, facts } = readHeader(loader, descriptor, size2);
  if (facts.pixelBytes === 0) return "above the limit for memory, without pixel data";
  const datasetBytes = size2 - datasetOffset;
  const rejected = judge({ facts, transferSyntax, header, datasetBytes }, loader.request.filter);
  if (rejected !== null) return rejected;
  if (facts.headerBytes + facts.pixelBytes > datasetBytes) return "truncated or corrupt";
  const { hash = "pixels" } = loader.request;
  const hashes = hash === "none" ? { pixelHash: "", datasetHash: "", malformed: false } : hashFile(descriptor, datasetOffset, new DatasetHasher(transferSyntax, hash));
  if (hashes.malformed) return "truncated or corrupt";
  const member = { transferSyntax, origin: file.path, fileBytes: size2 };
  const range = { path: file.path, offset: datasetOffset, datasetBytes };
  loader.builder.addFile(header, member, range, hashes);
  return null;
}
function readHeader(loader, descriptor, size2) {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(length, size2));
    readAll(descriptor, bytes, 0);
    const { transferSyntax, datasetOffset } = startOf(loader, bytes);
    try {
      const header = bytes.subarray(datasetOffset);
      const facts = headerFacts(header, transferSyntax);
      if (facts.pixelBytes !== 0 || bytes.length === size2) {
        return { header, transferSyntax, datasetOffset, facts };
      }
    } catch (error) {
      if (length >= MAX_HEADER_BYTES || bytes.length === size2) throw error;
    }
    if (length >= MAX_HEADER_BYTES) throw new DataError("DATA_MALFORMED", "no pixel data found");
  }
}
function hashFile(descriptor, offset, hasher) {
  const block = Buffer.allocUnsafeSlow(STREAM_BYTES);
  for (let at = offset; ; ) {
    const n = readAll(descriptor, block, at);
    if (n === 0) return hasher.digest();
    hasher.update(block.subarray(0, n));
    at += n;
  }
}
function judge(candidate, filter) {
  const { facts, transferSyntax, header, datasetBytes } = candidate;
  if (facts.sopClass === "" || facts.sopInstance === "") return "without SOP class or instance UID";
  if (filter === void 0) return null;
  const wanted = matches(filter.modality, facts.modality) && matches(filter.sopClass, facts.sopClass) && matches(filter.transferSyntax, transferSyntax) && matches(filter.size, sizeClass(datasetBytes)) && (filter.tags === void 0 || matchesTags(header, transferSyntax, filter.tags));
  return wanted ? null : "filtered out";
}
function matches(wanted, value) {
  if (wanted === void 0) return true;
  return typeof wanted === "string" ? wanted === value : wanted.includes(value);
}

// runtime/dicom/data/synthetic.ts
import { createHash as createHash4 } from "node:crypto";

// runtime/dicom/data/synthetic-header.ts
import { createHash as createHash3 } from "node:crypto";
function seededUid(seed, n) {
  const hash = createHash3("sha256").update(`${seed}/${n}`).digest("hex").slice(0, 30);
  return `2.25.1${BigInt(`0x${hash}`).toString().padStart(38, "0").slice(-38)}`;
}
function makeHeader(request) {
  const values = headerValues(request);
  const { DicomMetaDictionary, DicomMessage, WriteBufferStream } = dcmjs().data;
  const denaturalized = DicomMetaDictionary.denaturalizeDataset(values);
  const stream = new WriteBufferStream(64 * 1024, true);
  DicomMessage.write(denaturalized, stream, "1.2.840.10008.1.2.1", {});
  return Buffer.from(stream.getBuffer());
}
var LATERALITY_ELSEWHERE = /* @__PURE__ */ new Set([
  "CR",
  "DX",
  "MG",
  "SR",
  "KO",
  "PR",
  "OP",
  "OPT",
  "OPV",
  "SM",
  "PX",
  "IO"
]);
function headerValues(request) {
  const { iod, shape, instance, seed, date } = request;
  const uid3 = (n) => seededUid(seed, n);
  const multiFrame = (shape?.frames ?? 1) > 1;
  return {
    SpecificCharacterSet: "ISO_IR 100",
    SOPClassUID: multiFrame ? iod.multiFrame ?? iod.sopClass : iod.sopClass,
    SOPInstanceUID: uid3(100 + instance),
    StudyDate: date,
    SeriesDate: date,
    ContentDate: date,
    AcquisitionDate: date,
    StudyTime: "120000",
    SeriesTime: "120000",
    ContentTime: "120000",
    AccessionNumber: "A000000000000000",
    Modality: iod.modality,
    Manufacturer: "dicomrun",
    ManufacturerModelName: "synthetic",
    DeviceSerialNumber: "1",
    SoftwareVersions: "1",
    ReferringPhysicianName: "",
    StudyDescription: `Synthetic ${iod.modality} study`,
    SeriesDescription: `Synthetic ${iod.modality} series`,
    PatientName: "DICOMRUN^TEST",
    PatientID: "P000000000000000",
    PatientBirthDate: "",
    PatientSex: "O",
    StudyInstanceUID: uid3(1),
    SeriesInstanceUID: uid3(2),
    StudyID: "1",
    SeriesNumber: "000001",
    InstanceNumber: String(instance).padStart(6, "0"),
    ...LATERALITY_ELSEWHERE.has(iod.modality) ? {} : { Laterality: "" },
    ...shape === null ? {} : imagePixel(shape, request.photometric),
    ...iod.values({ shape, instance, uid: uid3 }),
    ...request.edits
  };
}
function imagePixel(shape, photometric) {
  return {
    SamplesPerPixel: shape.samples,
    PhotometricInterpretation: photometric,
    ...shape.samples === 3 ? { PlanarConfiguration: 0 } : {},
    Rows: shape.rows,
    Columns: shape.columns,
    BitsAllocated: shape.bitsAllocated,
    BitsStored: shape.bitsStored,
    HighBit: shape.bitsStored - 1,
    PixelRepresentation: 0
  };
}

// runtime/dicom/data/synthetic-iods.ts
function grey(rows, columns, bitsStored, frames = 1) {
  const bitsAllocated = bitsStored > 8 ? 16 : 8;
  return { rows, columns, frames, samples: 1, bitsAllocated, bitsStored };
}
function colour(rows, columns, frames = 1) {
  return { rows, columns, frames, samples: 3, bitsAllocated: 8, bitsStored: 8 };
}
var UNIT_ORIENTATION = [1, 0, 0, 0, 1, 0];
function plane(request) {
  return {
    FrameOfReferenceUID: request.uid(4),
    PositionReferenceIndicator: "",
    PixelSpacing: [0.5, 0.5],
    ImageOrientationPatient: UNIT_ORIENTATION,
    ImagePositionPatient: [0, 0, request.instance * 5],
    SliceThickness: 5
  };
}
function cine(request) {
  const frames = request.shape?.frames ?? 1;
  return { NumberOfFrames: frames, FrameIncrementPointer: 1577059, FrameTime: 33.3 };
}
function ifCine(request) {
  return (request.shape?.frames ?? 1) > 1 ? cine(request) : {};
}
function code(value, scheme, meaning) {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning };
}
var DX_ANATOMY = {
  AnatomicRegionSequence: [code("51185008", "SCT", "Chest")],
  AcquisitionContextSequence: []
};
var DX_IMAGE = {
  ImageType: ["ORIGINAL", "PRIMARY", ""],
  PixelIntensityRelationship: "LIN",
  PixelIntensityRelationshipSign: 1,
  RescaleIntercept: 0,
  RescaleSlope: 1,
  RescaleType: "US",
  PresentationLUTShape: "IDENTITY",
  LossyImageCompression: "00",
  BurnedInAnnotation: "NO",
  PresentationIntentType: "FOR PRESENTATION",
  DetectorType: "DIRECT",
  DetectorConfiguration: "AREA",
  DetectorDescription: "",
  ImagerPixelSpacing: [0.2, 0.2],
  WindowCenter: 2048,
  WindowWidth: 4096,
  PatientOrientation: ["L", "F"]
};
var VL_IMAGE = {
  ImageType: ["ORIGINAL", "PRIMARY"],
  LossyImageCompression: "00",
  AcquisitionContextSequence: [],
  AnatomicRegionSequence: [code("122865005", "SCT", "Gastrointestinal tract")],
  PatientOrientation: ""
};
var US_IMAGE = {
  ImageType: ["ORIGINAL", "PRIMARY", "", "0001"],
  LossyImageCompression: "00",
  PatientOrientation: ""
};
var XRAY = {
  ImageType: ["ORIGINAL", "PRIMARY", "SINGLE PLANE"],
  PixelIntensityRelationship: "LIN",
  KVP: 80,
  RadiationSetting: "GR",
  XRayTubeCurrent: 5,
  ExposureTime: 10,
  Exposure: "",
  PatientOrientation: ["L", "F"],
  LossyImageCompression: "00"
};
var CT = {
  modality: "CT",
  sopClass: "1.2.840.10008.5.1.4.1.1.2",
  pixels: grey(512, 512, 12),
  photometric: "MONOCHROME2",
  images: 60,
  values: (request) => ({
    ...plane(request),
    ImageType: ["ORIGINAL", "PRIMARY", "AXIAL"],
    RescaleIntercept: -1024,
    RescaleSlope: 1,
    KVP: 120,
    AcquisitionNumber: 1,
    PatientPosition: "HFS"
  })
};
var MR = {
  modality: "MR",
  sopClass: "1.2.840.10008.5.1.4.1.1.4",
  pixels: grey(256, 256, 12),
  photometric: "MONOCHROME2",
  images: 200,
  values: (request) => ({
    ...plane(request),
    ImageType: ["ORIGINAL", "PRIMARY", "OTHER"],
    ScanningSequence: "SE",
    SequenceVariant: "NONE",
    ScanOptions: "",
    MRAcquisitionType: "2D",
    RepetitionTime: 500,
    EchoTime: 15,
    EchoTrainLength: 1,
    PatientPosition: "HFS"
  })
};
var US = {
  modality: "US",
  sopClass: "1.2.840.10008.5.1.4.1.1.6.1",
  multiFrame: "1.2.840.10008.5.1.4.1.1.3.1",
  pixels: colour(480, 640),
  photometric: "RGB",
  images: 30,
  values: (request) => ({ ...US_IMAGE, ...ifCine(request) })
};
var CR = {
  modality: "CR",
  sopClass: "1.2.840.10008.5.1.4.1.1.1",
  pixels: grey(2048, 1760, 12),
  photometric: "MONOCHROME2",
  images: 2,
  values: () => ({
    ImageType: ["ORIGINAL", "PRIMARY"],
    BodyPartExamined: "CHEST",
    ViewPosition: "PA",
    PatientOrientation: ["L", "F"]
  })
};
var ES = {
  modality: "ES",
  sopClass: "1.2.840.10008.5.1.4.1.1.77.1.1",
  multiFrame: "1.2.840.10008.5.1.4.1.1.77.1.1.1",
  pixels: colour(480, 640),
  photometric: "RGB",
  images: 12,
  values: (request) => ({ ...VL_IMAGE, ...ifCine(request) })
};
var DX = {
  modality: "DX",
  sopClass: "1.2.840.10008.5.1.4.1.1.1.1",
  pixels: grey(2560, 2048, 12),
  photometric: "MONOCHROME2",
  images: 2,
  values: () => ({ ...DX_IMAGE, ...DX_ANATOMY, ImageLaterality: "U" })
};
var MG = {
  modality: "MG",
  sopClass: "1.2.840.10008.5.1.4.1.1.1.2",
  pixels: grey(3328, 2560, 12),
  photometric: "MONOCHROME2",
  images: 4,
  values: () => ({
    ...DX_IMAGE,
    AnatomicRegionSequence: [code("76752008", "SCT", "Breast")],
    AcquisitionContextSequence: [],
    ImageLaterality: "L",
    PatientOrientation: ["A", "F"],
    OrganExposed: "BREAST",
    PositionerType: "MAMMOGRAPHIC",
    BreastImplantPresent: "NO",
    PartialView: "NO",
    ViewCodeSequence: [
      { ...code("399162004", "SCT", "cranio-caudal"), ViewModifierCodeSequence: [] }
    ]
  })
};
var XA = {
  modality: "XA",
  sopClass: "1.2.840.10008.5.1.4.1.1.12.1",
  pixels: grey(512, 512, 8, 10),
  photometric: "MONOCHROME2",
  images: 4,
  values: (request) => ({
    ...XRAY,
    PositionerMotion: "STATIC",
    PositionerPrimaryAngle: 0,
    PositionerSecondaryAngle: 0,
    ...ifCine(request)
  })
};
var RF = {
  modality: "RF",
  sopClass: "1.2.840.10008.5.1.4.1.1.12.2",
  pixels: grey(512, 512, 8),
  photometric: "MONOCHROME2",
  images: 10,
  values: (request) => ({ ...XRAY, ...ifCine(request) })
};
var SC = {
  modality: "OT",
  sopClass: "1.2.840.10008.5.1.4.1.1.7",
  multiFrame: "1.2.840.10008.5.1.4.1.1.7.4",
  pixels: colour(480, 640),
  photometric: "RGB",
  images: 1,
  values: (request) => ({
    ConversionType: "WSD",
    PatientOrientation: "",
    ImageType: ["DERIVED", "SECONDARY"],
    ...(request.shape?.frames ?? 1) > 1 ? { ...cine(request), BurnedInAnnotation: "NO", LossyImageCompression: "00" } : {}
  })
};
var SR = {
  modality: "SR",
  sopClass: "1.2.840.10008.5.1.4.1.1.88.11",
  pixels: null,
  photometric: "",
  images: 1,
  values: () => ({
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    CompletionFlag: "COMPLETE",
    VerificationFlag: "UNVERIFIED",
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [code("18748-4", "LN", "Diagnostic imaging report")],
    ContinuityOfContent: "SEPARATE",
    ContentSequence: [
      {
        RelationshipType: "HAS OBS CONTEXT",
        ValueType: "CODE",
        ConceptNameCodeSequence: [code("121005", "DCM", "Observer Type")],
        ConceptCodeSequence: [code("121007", "DCM", "Device")]
      },
      {
        RelationshipType: "CONTAINS",
        ValueType: "TEXT",
        ConceptNameCodeSequence: [code("121071", "DCM", "Finding")],
        TextValue: "Synthetic report without clinical meaning."
      }
    ]
  })
};
var IODS = { CT, MR, US, CR, ES, DX, MG, XA, RF, SC, SR };

// runtime/dicom/data/synthetic.ts
var PRESETS = {
  KB005: { modality: "SR", bytes: 4228 },
  KB032: { modality: "MR", bytes: 39106 },
  KB128: { modality: "MR", bytes: 132696 },
  KB256: { modality: "RF", bytes: 264168 },
  KB512: { modality: "MR", bytes: 525838 },
  MB01: { modality: "US", bytes: 1167374 },
  MB04: { modality: "CR", bytes: 4194304 },
  MB10: { modality: "DX", bytes: 10485760 }
};
var SYNTHETIC_MODALITIES = Object.keys(IODS);
var TILED_ABOVE_BYTES = 64 * 1024 ** 2;
var TILE_BYTES = 8 * 1024 ** 2;
function syntheticPool(what, pool2) {
  const specs = typeof what === "string" ? [{ preset: what }] : Array.isArray(what) ? what : [what];
  const made2 = specs.flatMap((spec) => makeInstances(spec));
  const expectedBytes = made2.reduce(
    (sum2, one3) => sum2 + (one3.dataset?.length ?? one3.header.length + (one3.tile?.length ?? 0)),
    0
  );
  const builder = new PoolBuilder({ ...pool2, expectedBytes });
  for (const one3 of made2) {
    const { transferSyntax, origin } = one3;
    if (one3.dataset !== null) builder.addDataset(one3.dataset, { transferSyntax, origin });
    else if (one3.tile !== null) {
      const pixelHash = hashTiled(one3.tile, one3.valueBytes);
      builder.addTiled(one3.header, one3.tile, one3.valueBytes, { transferSyntax, origin, pixelHash });
    }
  }
  return builder.share();
}
function hashTiled(tile, bytes) {
  const hash = createHash4("sha256");
  for (let left = bytes; left > 0; left -= tile.length) {
    hash.update(left >= tile.length ? tile : tile.subarray(0, left));
  }
  return hash.digest("hex");
}
function makeInstances(spec) {
  const plan = planOf(spec);
  const count = integer("instances", spec.instances ?? 1, 1, 1e5);
  return Array.from({ length: count }, (_, i) => makeInstance(plan, i + 1));
}
function bad(message, hint) {
  return new DataError("DATA_BAD_OPTION", `synthetic ${message}`, hint);
}
function integer(name, value, min, max) {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw bad(`${name}: must be an integer from ${min} to ${max}, got "${value}"`);
}
function presetOf(spec) {
  if (spec.preset === void 0) return null;
  const preset = PRESETS[spec.preset.toUpperCase()];
  if (preset !== void 0) return preset;
  throw bad(`preset: unknown "${spec.preset}"`, `one of ${Object.keys(PRESETS).join(", ")}`);
}
function iodOf(name) {
  const iod = IODS[name.toUpperCase()];
  if (iod !== void 0) return iod;
  throw bad(`modality: unknown "${name}"`, `one of ${SYNTHETIC_MODALITIES.join(", ")}`);
}
function syntaxOf(spec) {
  const uid3 = transferSyntaxUid(spec.transferSyntax ?? "explicit");
  if (uid3 !== null) return uid3;
  const names = TRANSFER_SYNTAX_NAMES.join(", ");
  throw bad(`transferSyntax: unknown "${spec.transferSyntax}"`, `a UID, or one of ${names}`);
}
function planOf(spec) {
  const preset = presetOf(spec);
  const iod = iodOf(spec.modality ?? preset?.modality ?? "CT");
  const transferSyntax = syntaxOf(spec);
  const wanted = spec.bytes ?? (spec.rows === void 0 ? preset?.bytes : void 0);
  const bytes = wanted === void 0 ? null : integer("bytes", wanted, 1, Number.MAX_SAFE_INTEGER);
  if (bytes !== null && bytes % 2 === 1) throw bad(`bytes: must be even, got ${bytes}`);
  const { fill = "noise", seed = 1 } = spec;
  const plan = { iod, transferSyntax, bytes, fill, seed, spec, shape: shapeOf(iod, spec) };
  if (bytes === null || plan.shape === null) return plan;
  const encoding = encodingOf(transferSyntax);
  if (encoding.encapsulated || encoding.deflated) {
    throw bad("bytes: the size of compressed data cannot be chosen", "give rows and columns");
  }
  return { ...plan, shape: fitShape(plan, plan.shape, bytes) };
}
function shapeOf(iod, spec) {
  if (iod.pixels === null) return null;
  return {
    ...iod.pixels,
    rows: integer("rows", spec.rows ?? iod.pixels.rows, 1, 65535),
    columns: integer("columns", spec.columns ?? iod.pixels.columns, 1, 65535),
    frames: integer("frames", spec.frames ?? iod.pixels.frames, 1, 1e6)
  };
}
function fitShape(plan, shape, bytes) {
  const header = headerOf({ ...plan, shape }, 1).length + FILLER_BYTES;
  const room = bytes - header - 12;
  const perPixel = shape.samples * shape.bitsAllocated / 8;
  if (plan.spec.rows !== void 0 || room > TILED_ABOVE_BYTES) {
    const frames2 = plan.spec.frames ?? Math.max(1, Math.floor(room / frameBytes(shape)));
    const fitted = { ...shape, frames: frames2 };
    if (frameBytes(fitted) * frames2 <= room - 16) return fitted;
  }
  const frames = plan.spec.frames ?? 1;
  const pixels = Math.floor(room / (perPixel * frames));
  const columns = Math.floor(Math.sqrt(pixels * shape.columns / shape.rows)) & ~1;
  const rows = columns === 0 ? 0 : Math.floor(pixels / columns);
  if (rows < 1) {
    throw bad(
      `bytes: ${plan.iod.modality} needs more than ${header + 12} bytes, got ${bytes}`,
      "ask for more bytes or another modality (SR is the smallest)"
    );
  }
  return { ...shape, frames, rows: Math.min(rows, 65535), columns: Math.min(columns, 65535) };
}
var FILLER_BYTES = 16 + 12;
function headerOf(plan, instance) {
  const { iod, shape, spec, seed } = plan;
  const photometric = iod.photometric;
  const header = makeHeader({
    iod,
    shape,
    photometric,
    instance,
    seed: `${iod.modality}/${seed}`,
    date: spec.date ?? "20260101",
    edits: {}
  });
  if (spec.edits === void 0) return header;
  return patchHeader(header, TransferSyntax.EXPLICIT_LE, compileEdits(spec.edits));
}
function makeInstance(plan, instance) {
  const { iod, shape, transferSyntax } = plan;
  const origin = `synthetic ${plan.spec.preset ?? iod.modality} #${instance}`;
  const plain = headerOf(plan, instance);
  const encoding = encodingOf(transferSyntax);
  if (encoding.encapsulated && shape !== null) return compressed(plan, plain, origin, instance);
  const native = shape === null ? 0 : frameBytes(shape) * shape.frames;
  const valueBytes = native + native % 2;
  const filled = fillHeader(plan, plain, valueBytes);
  const header = encoding.explicit && !encoding.bigEndian ? filled : reencode(filled, encodingOf(TransferSyntax.EXPLICIT_LE), encoding);
  if (shape === null) {
    const dataset2 = encoding.deflated ? deflateDataset(header) : header;
    return { transferSyntax, dataset: dataset2, header, tile: null, valueBytes: 0, origin };
  }
  const vr = shape.bitsAllocated > 8 || !encoding.explicit ? "OW" : "OB";
  const lead = Buffer.concat([header, elementHeader(PIXEL_DATA, vr, valueBytes, encoding)]);
  if (valueBytes > TILED_ABOVE_BYTES && !encoding.deflated) {
    const tile = tileOf(plan, shape);
    return { transferSyntax, dataset: null, header: lead, tile, valueBytes, origin };
  }
  const pixels = makePixels(shape, {
    fill: plan.fill,
    seed: plan.seed + instance,
    label: String(instance)
  });
  if (encoding.bigEndian && shape.bitsAllocated === 16) pixels.swap16();
  const whole = Buffer.concat([lead, pixels]);
  const dataset = encoding.deflated ? deflateDataset(whole) : whole;
  return { transferSyntax, dataset, header: lead, tile: null, valueBytes, origin };
}
function tileOf(plan, shape) {
  if (plan.fill !== "noise") {
    const one3 = { ...shape, frames: 1 };
    return makePixels(one3, { fill: plan.fill, seed: plan.seed, label: "1" });
  }
  const tile = Buffer.alloc(TILE_BYTES);
  fillNoise(tile, plan.seed);
  return tile;
}
function fillHeader(plan, header, valueBytes) {
  if (plan.bytes === null) return header;
  const encoding = encodingOf(plan.transferSyntax);
  const explicit = encodingOf(TransferSyntax.EXPLICIT_LE);
  const withBlock = (bytes) => patchHeader(
    header,
    TransferSyntax.EXPLICIT_LE,
    compileEdits({
      "0009,0010": { vr: "LO", value: "DICOMRUN" },
      "0009,1001": { vr: "OB", value: new Uint8Array(bytes) }
    })
  );
  const base = withBlock(0);
  const length = encoding.explicit ? base.length : reencode(base, explicit, encoding).length;
  const pixelHeader = plan.shape === null ? 0 : encoding.explicit ? 12 : 8;
  const missing = plan.bytes - length - pixelHeader - valueBytes;
  if (missing < 0) {
    throw bad(
      `bytes: ${plan.iod.modality} needs at least ${plan.bytes - missing}, got ${plan.bytes}`
    );
  }
  return withBlock(missing);
}
function compressed(plan, plain, origin, instance) {
  const { shape, transferSyntax, spec } = plan;
  if (shape === null) throw bad("transferSyntax: there are no pixels to compress");
  const pixels = makePixels(shape, {
    fill: plan.fill,
    seed: plan.seed + instance,
    label: String(instance)
  });
  const result = encapsulate(pixels, shape, {
    transferSyntax,
    photometric: plan.iod.photometric,
    offsetTable: spec.offsetTable ?? "basic"
  });
  const edits = compileEdits(result.edits);
  const header = Buffer.concat([
    patchHeader(plain, TransferSyntax.EXPLICIT_LE, edits),
    ...result.tables,
    elementHeader(PIXEL_DATA, "OB", UNDEFINED_LENGTH, encodingOf(transferSyntax))
  ]);
  const dataset = Buffer.concat([header, ...result.value]);
  const valueBytes = dataset.length - header.length;
  return { transferSyntax, dataset, header, tile: null, valueBytes, origin };
}

// runtime/dicom/data/pad-odd.ts
function padOddDataset(bytes, transferSyntax) {
  const encoding = encodingOf(transferSyntax);
  if (encoding.deflated)
    return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0)]);
  const { elements } = indexDataset(bytes, encoding);
  return Buffer.concat(elements.flatMap((element2) => padElement(bytes, element2, encoding)));
}
function padElement(bytes, element2, outer) {
  const { offset, valueOffset, length, end, items, undefinedLength } = element2;
  if (items === null) {
    if (undefinedLength) return padFragments(bytes, element2, outer);
    const whole = bytes.subarray(offset, end);
    if (length % 2 === 0) return [whole];
    const header = withLength(bytes.subarray(offset, valueOffset), length + 1, outer);
    const pad2 = isTextVr(element2.vr) && element2.vr !== "UI" ? 32 : 0;
    return [header, bytes.subarray(valueOffset, end), Buffer.of(pad2)];
  }
  const pieces = [];
  for (const item of items) {
    const inner = item.elements.flatMap((one3) => padElement(bytes, one3, element2.encoding));
    const head2 = bytes.subarray(item.offset, item.valueOffset);
    const size2 = sum(inner);
    pieces.push(item.undefinedLength ? head2 : withLength(head2, size2, element2.encoding), ...inner);
    if (item.undefinedLength) pieces.push(bytes.subarray(item.end - 8, item.end));
  }
  const head = bytes.subarray(offset, valueOffset);
  if (undefinedLength) return [head, ...pieces, bytes.subarray(end - 8, end)];
  return [withLength(head, sum(pieces), outer), ...pieces];
}
function padFragments(bytes, element2, encoding) {
  const pieces = [bytes.subarray(element2.offset, element2.valueOffset)];
  let at = element2.valueOffset;
  const last = element2.valueOffset + element2.length;
  while (at < last) {
    const length = bytes.readUInt32LE(at + 4);
    const head = bytes.subarray(at, at + 8);
    const odd = length % 2;
    pieces.push(odd === 0 ? head : withLength(head, length + 1, encoding));
    pieces.push(bytes.subarray(at + 8, at + 8 + length));
    if (odd === 1) pieces.push(Buffer.of(0));
    at += 8 + length;
  }
  pieces.push(bytes.subarray(last, element2.end));
  return pieces;
}
function sum(pieces) {
  return pieces.reduce((total, piece) => total + piece.length, 0);
}
function withLength(header, length, encoding) {
  const copy = Buffer.from(header);
  const { bigEndian } = encoding;
  const tag = bigEndian ? copy.readUInt16BE(0) * 65536 + copy.readUInt16BE(2) : copy.readUInt16LE(0) * 65536 + copy.readUInt16LE(2);
  const wide = copy.length === 12 || !encoding.explicit || tag === ITEM || tag === SEQUENCE_DELIMITER;
  const at = copy.length - (wide ? 4 : 2);
  if (wide && bigEndian) copy.writeUInt32BE(length % UNDEFINED_LENGTH, at);
  else if (wide) copy.writeUInt32LE(length % UNDEFINED_LENGTH, at);
  else if (bigEndian) copy.writeUInt16BE(length, at);
  else copy.writeUInt16LE(length, at);
  return copy;
}

// runtime/dicom/scu/image-cache.ts
var ImageCache = class {
  limitBytes;
  bytes = 0;
  /** Images made for the cache, and copies made because one was still in use. */
  made = 0;
  cloned = 0;
  #newest = null;
  #oldest = null;
  constructor(limitBytes) {
    this.limitBytes = limitBytes;
  }
  /** The image for that instance, form and context; null when there is none. */
  find(prototype, fresh, edits, channel) {
    const images2 = prototype.images.get(edits);
    if (images2 === void 0 || channel.originator !== void 0) return null;
    const { sopClass } = channel;
    if (sopClass !== void 0 && sopClass !== prototype.share.sopClass) return null;
    for (const image of images2) {
      const key = image.key;
      if (key === null || key.owner !== this || key.contextId !== channel.contextId) continue;
      if (key.maxPdu !== channel.maxPdu || key.fresh !== fresh) continue;
      if (image !== this.#newest) {
        this.#unlink(image);
        this.#link(image);
      }
      return image;
    }
    return null;
  }
  add(image, madeFor) {
    if (image.bytes > this.limitBytes) return;
    this.made++;
    this.#insert(image, { ...madeFor, owner: this });
    while (this.bytes > this.limitBytes && this.#oldest !== null) this.#remove(this.#oldest);
  }
  /** Puts `by` in the place of an image that a socket still holds. */
  replace(image, by) {
    const { key } = image;
    if (key === null) return by;
    this.cloned++;
    this.#remove(image);
    this.#insert(by, key);
    return by;
  }
  #insert(image, key) {
    image.key = key;
    const { images: images2 } = key.prototype;
    const list = images2.get(key.edits);
    if (list === void 0) images2.set(key.edits, [image]);
    else list.push(image);
    this.bytes += image.bytes;
    this.#link(image);
  }
  #remove(image) {
    this.#unlink(image);
    this.bytes -= image.bytes;
    const { key } = image;
    image.key = null;
    if (key === null) return;
    const list = key.prototype.images.get(key.edits);
    if (list === void 0) return;
    const at = list.indexOf(image);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) key.prototype.images.delete(key.edits);
  }
  #link(image) {
    image.older = this.#newest;
    image.newer = null;
    if (this.#newest !== null) this.#newest.newer = image;
    this.#newest = image;
    this.#oldest ??= image;
  }
  #unlink(image) {
    if (image.newer === null) this.#newest = image.older;
    else image.newer.older = image.older;
    if (image.older === null) this.#oldest = image.newer;
    else image.older.newer = image.newer;
    image.newer = null;
    image.older = null;
  }
};

// runtime/dicom/scu/payload-sources.ts
import { open } from "node:fs/promises";

// runtime/dicom/scu/fragments.ts
var FRAGMENT_HEADER_BYTES = 12;
var PDV_OVERHEAD = 6;
var MAX_FRAGMENT_BYTES = 256 * 1024;
var UNLIMITED_FRAGMENT_BYTES = 128 * 1024;
var COMMAND = 1;
var LAST = 2;
function fragmentLimit(maxPdu) {
  if (maxPdu === 0) return UNLIMITED_FRAGMENT_BYTES;
  return Math.max(2, Math.min(maxPdu - PDV_OVERHEAD, MAX_FRAGMENT_BYTES) & ~1);
}
function planFragments(total, limit, slots) {
  const ends = [];
  let at = 0;
  let slot = 0;
  do {
    let end = Math.min(at + limit, total);
    for (; slot < slots.length; slot += 3) {
      const from = slots[slot + 1] ?? 0;
      const to = from + (slots[slot + 2] ?? 0);
      if (to <= end) continue;
      if (from < end) end = from & ~1;
      break;
    }
    if (end <= at && total > 0) return null;
    ends.push(end);
    at = end;
  } while (at < total);
  return ends;
}
function framedOffset(ends, offset) {
  let fragment = 0;
  while (fragment < ends.length - 1 && offset >= (ends[fragment] ?? 0)) fragment++;
  return offset + (fragment + 1) * FRAGMENT_HEADER_BYTES;
}
function putFragmentHeader(target, at, contextId, fragment) {
  target[at] = 4;
  target[at + 1] = 0;
  target.writeUInt32BE(fragment.length + PDV_OVERHEAD, at + 2);
  target.writeUInt32BE(fragment.length + 2, at + 6);
  target[at + 10] = contextId;
  target[at + 11] = (fragment.last ? LAST : 0) | (fragment.command ? COMMAND : 0);
}
function frameInto(target, at, parts, framing) {
  const { ends, contextId, command, complete } = framing;
  let part = 0;
  let used = 0;
  let start = 0;
  let out = at;
  ends.forEach((end, i) => {
    const last = complete && i === ends.length - 1;
    putFragmentHeader(target, out, contextId, { length: end - start, last, command });
    out += FRAGMENT_HEADER_BYTES;
    for (let left = end - start; left > 0; ) {
      const source = parts[part];
      if (source === void 0)
        throw new RangeError("framing: parts are shorter than the fragments");
      const n = Math.min(left, source.length - used);
      source.copy(target, out, used, used + n);
      out += n;
      left -= n;
      used += n;
      if (used === source.length) {
        part++;
        used = 0;
      }
    }
    start = end;
  });
  return out;
}

// runtime/dicom/scu/payload-sources.ts
var PIECE_BYTES = 4 * 1024 ** 2;
var PIECE_FRAGMENTS = 340;
var FILE_BLOCK_BYTES = 1024 ** 2;
function framedLength(plan) {
  return plan.length + Math.ceil(plan.length / plan.limit) * FRAGMENT_HEADER_BYTES;
}
function fragmentHeader(contextId, length, last) {
  const header = Buffer.allocUnsafe(FRAGMENT_HEADER_BYTES);
  putFragmentHeader(header, 0, contextId, { length, last, command: false });
  return header;
}
var SliceSource = class {
  #bytes;
  #plan;
  #full;
  #at;
  #left;
  constructor(bytes, from, plan) {
    this.#bytes = bytes;
    this.#plan = plan;
    this.#at = from;
    this.#left = plan.length;
    this.#full = fragmentHeader(plan.contextId, plan.limit, false);
  }
  next() {
    if (this.#left === 0) return null;
    const { contextId, limit } = this.#plan;
    const piece = [];
    let bytes = 0;
    for (let n = 0; n < PIECE_FRAGMENTS && bytes < PIECE_BYTES && this.#left > 0; n++) {
      const length = Math.min(limit, this.#left);
      this.#left -= length;
      const last = this.#left === 0;
      const whole = length === limit && !last;
      piece.push(whole ? this.#full : fragmentHeader(contextId, length, last));
      this.#slices(piece, length);
      bytes += length + FRAGMENT_HEADER_BYTES;
    }
    return piece;
  }
  close() {
    this.#left = 0;
  }
  #slices(piece, length) {
    for (let left = length; left > 0; ) {
      if (this.#at >= this.#bytes.length) this.#at = 0;
      const n = Math.min(left, this.#bytes.length - this.#at);
      piece.push(this.#bytes.subarray(this.#at, this.#at + n));
      this.#at += n;
      left -= n;
    }
  }
};
var FileSource = class {
  #range;
  #plan;
  #fragments;
  #blocks = [];
  #turn = 0;
  #read = 0;
  #ahead = null;
  #file = null;
  #closed = false;
  constructor(range, plan) {
    this.#range = range;
    this.#plan = plan;
    this.#fragments = Math.max(1, Math.floor(FILE_BLOCK_BYTES / plan.limit));
  }
  async next() {
    this.#file ??= open(this.#range.path, "r");
    const piece = await (this.#ahead ?? this.#load());
    this.#ahead = piece === null || this.#closed ? null : this.#load();
    this.#ahead?.catch(() => void 0);
    if (piece === null) this.close();
    return piece;
  }
  close() {
    this.#closed = true;
    const file = this.#file;
    this.#file = null;
    const ahead = this.#ahead ?? Promise.resolve(null);
    void ahead.catch(() => null).then(() => file).then((handle) => handle?.close()).catch(() => void 0);
  }
  async #load() {
    const { limit, length, contextId } = this.#plan;
    const left = length - this.#read;
    if (left === 0 || this.#closed) return null;
    const file = await this.#file;
    if (file === null || file === void 0) return null;
    const count = Math.min(this.#fragments, Math.ceil(left / limit));
    const payload = Math.min(left, count * limit);
    const block = this.#block(payload + count * FRAGMENT_HEADER_BYTES);
    const views = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const size2 = Math.min(limit, payload - i * limit);
      const last = this.#read + i * limit + size2 === length;
      putFragmentHeader(block, at, contextId, { length: size2, last, command: false });
      at += FRAGMENT_HEADER_BYTES;
      views.push(block.subarray(at, at + size2));
      at += size2;
    }
    await this.#fill(file, views);
    this.#read += payload;
    return [block.subarray(0, at)];
  }
  #block(bytes) {
    const turn = this.#turn % 3;
    this.#turn++;
    const block = this.#blocks[turn];
    if (block !== void 0 && block.length >= bytes) return block;
    const made2 = Buffer.allocUnsafeSlow(bytes);
    this.#blocks[turn] = made2;
    return made2;
  }
  async #fill(file, views) {
    let position = this.#range.offset + this.#read;
    let rest = views;
    while (rest.length > 0) {
      const { bytesRead } = await file.readv(rest, position);
      if (bytesRead === 0) {
        throw new DataError("DATA_FILE", `${this.#range.path}: is shorter than it was at init`);
      }
      position += bytesRead;
      rest = after(rest, bytesRead);
    }
  }
};
function after(views, bytes) {
  const rest = [];
  let skip = bytes;
  for (const view of views) {
    if (skip < view.length) rest.push(skip === 0 ? view : view.subarray(skip));
    skip = Math.max(0, skip - view.length);
  }
  return rest;
}

// runtime/dicom/scu/store-command.ts
var PRIORITY_MEDIUM = 0;
var DATA_SET_PRESENT = 1;
function storeCommand(sopClass, sopInstance, originator) {
  const instance = uid2(4096, sopInstance);
  const before = [
    uid2(2, sopClass),
    short(256, 1),
    short(272, 0),
    short(1792, PRIORITY_MEDIUM),
    short(2048, DATA_SET_PRESENT)
  ];
  const after2 = originator === void 0 ? [] : [text(4144, originator.aet, " "), short(4145, originator.messageId)];
  const body = Buffer.concat([...before, instance, ...after2]);
  const length = element(0, 4);
  length.writeUInt32LE(body.length, 8);
  const bytes = Buffer.concat([length, body]);
  const sopClassEnd = 12 + (before[0]?.length ?? 0);
  const sopInstanceAt = 12 + before.reduce((sum2, part) => sum2 + part.length, 0) + 8;
  return {
    bytes,
    messageIdAt: sopClassEnd + 10 + 8,
    sopInstanceAt,
    sopInstanceLength: instance.length - 8
  };
}
function element(tag, length) {
  const bytes = Buffer.alloc(8 + length);
  bytes.writeUInt16LE(tag, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}
function short(tag, value) {
  const bytes = element(tag, 2);
  bytes.writeUInt16LE(value, 8);
  return bytes;
}
function uid2(tag, value) {
  return text(tag, value, "\0");
}
function text(tag, value, pad2) {
  const padded3 = value.length % 2 === 0 ? value : value + pad2;
  const bytes = element(tag, padded3.length);
  bytes.write(padded3, 8, "latin1");
  return bytes;
}

// runtime/dicom/scu/wire-image.ts
var MAX_IMAGE_BYTES = 4 * 1024 ** 2;
var ImageState = { FREE: 0, PREPARED: 1, SPENT: 2 };
var StoreImage = class _StoreImage {
  head;
  messageIdOffset;
  body;
  bytes;
  /** [field, offset in head, …]; digits go there. */
  slots;
  state = ImageState.FREE;
  /** Neighbours in the cache, by last use. */
  newer = null;
  older = null;
  key = null;
  constructor(head, parts) {
    this.head = head;
    this.messageIdOffset = parts.messageIdOffset;
    this.slots = parts.slots;
    this.body = parts.body;
    this.bytes = head.length + parts.bodyBytes;
  }
  /** See `Outgoing`: a flushed image may be patched again, any other is left to the socket. */
  written(flushed) {
    this.state = flushed ? ImageState.FREE : ImageState.SPENT;
  }
  /** Writes the digits of an identity. */
  patch(identity) {
    const { slots, head } = this;
    for (let i = 0; i < slots.length; i += 2) {
      putSlot(head, slots[i + 1] ?? 0, slots[i] ?? 0, identity);
    }
  }
  clone() {
    const { messageIdOffset, slots } = this;
    const copy = Buffer.from(this.head);
    return new _StoreImage(copy, { messageIdOffset, slots, body: null, bodyBytes: 0 });
  }
};
function makeImage(framable, channel, identity) {
  const limit = fragmentLimit(channel.maxPdu);
  const { sopClass, sopInstance, fresh, restBytes } = framable;
  const command = storeCommand(sopClass, sopInstance, channel.originator);
  const slots = planSlots(command, framable, limit);
  const { parts } = framable;
  if (slots === null && identity !== null) putSlots(parts, framable.slots, identity);
  const total = parts.reduce((sum2, part) => sum2 + part.length, 0);
  const commandEnds = planFragments(command.bytes.length, limit, slots?.command ?? []) ?? [];
  const dataEnds = planFragments(total, limit, slots?.data ?? []) ?? [];
  const commandBytes = command.bytes.length + commandEnds.length * FRAGMENT_HEADER_BYTES;
  const hasHead = total > 0 || restBytes === 0;
  const headBytes = hasHead ? total + dataEnds.length * FRAGMENT_HEADER_BYTES : 0;
  const head = Buffer.allocUnsafeSlow(commandBytes + headBytes);
  const { contextId } = channel;
  const commandFraming = { ends: commandEnds, contextId, command: true, complete: true };
  frameInto(head, 0, [command.bytes], commandFraming);
  if (hasHead) {
    const complete = restBytes === 0;
    frameInto(head, commandBytes, parts, { ends: dataEnds, contextId, command: false, complete });
  }
  const framedSlots = [];
  if (slots !== null && fresh) {
    framedSlots.push(SlotField.SOP_INSTANCE_UID, framedOffset(commandEnds, command.sopInstanceAt));
  }
  pushFramed(framedSlots, slots?.data ?? [], dataEnds, commandBytes);
  const plan = { contextId, limit, length: restBytes };
  return new StoreImage(head, {
    messageIdOffset: framedOffset(commandEnds, command.messageIdAt),
    slots: framedSlots,
    body: framable.rest === null ? null : framable.rest(plan),
    bodyBytes: restBytes === 0 ? 0 : framedLength(plan)
  });
}
function pushFramed(to, slots, ends, base) {
  for (let i = 0; i < slots.length; i += 3) {
    to.push(slots[i] ?? 0, base + framedOffset(ends, slots[i + 1] ?? 0));
  }
}
function planSlots(command, framable, limit) {
  const { sopInstanceAt, sopInstanceLength } = command;
  const commandSlots = framable.fresh ? [SlotField.SOP_INSTANCE_UID, sopInstanceAt, sopInstanceLength] : [];
  const total = framable.parts.reduce((sum2, part) => sum2 + part.length, 0);
  const fits = planFragments(command.bytes.length, limit, commandSlots) !== null && planFragments(total, limit, framable.slots) !== null;
  return fits ? { command: commandSlots, data: framable.slots } : null;
}
function putSlots(parts, slots, identity) {
  const [header] = parts;
  if (header === void 0) return;
  for (let i = 0; i < slots.length; i += 3) {
    putSlot(header, slots[i + 1] ?? 0, slots[i] ?? 0, identity);
  }
}

// runtime/dicom/scu/store-image.ts
var DEFAULT_CACHE_BYTES = 256 * 1024 ** 2;
var StoreImages = class {
  run;
  cache;
  #oddLength;
  #seen = /* @__PURE__ */ new WeakSet();
  constructor(options) {
    this.run = options.run;
    this.cache = new ImageCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    this.#oddLength = options.oddLength ?? "refuse";
  }
  /**
   * A C-STORE-RQ of an instance. It must be sent, or dropped, before the same instance is
   * prepared again for speed, not for safety: an image in use is cloned.
   *
   * @param identity null keeps the identity of the instance (`asIs`)
   * @throws DataError `DATA_ODD_LENGTH`, `DATA_BAD_VALUE`, `DATA_BAD_PATH`, `DATA_MALFORMED`
   */
  prepare(prototype, identity, edits, channel) {
    let image = this.cache.find(prototype, identity !== null, edits, channel);
    if (image === null) image = this.#make(prototype, identity, edits, channel);
    else if (image.state !== ImageState.FREE) image = this.cache.replace(image, image.clone());
    if (identity !== null) image.patch(identity);
    image.state = ImageState.PREPARED;
    return image;
  }
  /** A C-STORE-RQ of any data set in memory: forwarded, sub-operation of a C-GET or C-MOVE. */
  frame(dataset, sop, channel) {
    const parts = Buffer.isBuffer(dataset) ? [dataset] : dataset;
    const total = parts.reduce((sum2, part) => sum2 + part.length, 0);
    if (total % 2 === 1 && this.#oddLength !== "send") throw oddLength(sop.name ?? sop.sopInstance);
    const { sopClass, sopInstance } = sop;
    const common = { sopClass, sopInstance, slots: [], fresh: false };
    const [only] = parts;
    if (total <= MAX_IMAGE_BYTES || parts.length !== 1 || only === void 0) {
      return makeImage({ ...common, parts, rest: null, restBytes: 0 }, channel, null);
    }
    const rest = (plan) => new SliceSource(only, 0, plan);
    return makeImage({ ...common, parts: [], rest, restBytes: total }, channel, null);
  }
  #make(prototype, identity, edits, channel) {
    const framable = this.#framable(prototype, identity, edits);
    const sopClass = channel.sopClass ?? framable.sopClass;
    const image = makeImage({ ...framable, sopClass }, channel, identity);
    if (image.body !== null || !this.#worthKeeping(prototype, edits, channel)) return image;
    if (image.slots.length === 0 && identity !== null) return image;
    const { contextId, maxPdu } = channel;
    this.cache.add(image, { prototype, fresh: identity !== null, edits, contextId, maxPdu });
    return image;
  }
  /** Edits met for the first time may be met never again: their image is not kept. */
  #worthKeeping(prototype, edits, channel) {
    if (channel.originator !== void 0) return false;
    if (channel.sopClass !== void 0 && channel.sopClass !== prototype.share.sopClass)
      return false;
    if (edits === null || this.#seen.has(edits)) return true;
    this.#seen.add(edits);
    return false;
  }
  #framable(prototype, identity, edits) {
    const { share: share2 } = prototype;
    const fresh = identity !== null;
    const sopInstance = identity === null ? share2.sopInstance : sopUid(this.run, identity.study, identity.member);
    const base = { sopClass: share2.sopClass, sopInstance, fresh, rest: null, restBytes: 0 };
    if (!fresh && edits === null && !(share2.oddLength && this.#oddLength === "pad")) {
      return this.#checked(share2.origin, asIs(prototype, base));
    }
    if (encodingOf(share2.transferSyntax).deflated) {
      const plain = this.#template(prototype, fresh, edits);
      if (identity !== null) putSlots([plain.header], plain.slots, identity);
      const uid4 = editedUid(plain.header, edits) ?? sopInstance;
      const parts = [deflateDataset(plain.header)];
      return { ...base, sopInstance: uid4, parts, slots: [], fresh: false };
    }
    const template = this.#template(prototype, fresh, edits);
    const uid3 = editedUid(template.header, edits);
    const named = uid3 === null ? base : { ...base, sopInstance: uid3, fresh: false };
    const framable = withTemplate(prototype, template, named);
    if (oddBytes(framable) && this.#oddLength === "pad") return padded2(prototype, template, named);
    return this.#checked(share2.origin, framable);
  }
  #template(prototype, fresh, edits) {
    if (fresh) {
      if (edits === null) return copyOf(prototype.template(this.run));
      return prototype.editedTemplate(this.run, edits);
    }
    const header = edits === null ? prototype.header : prototype.editedHeader(edits);
    return { header, slots: [] };
  }
  #checked(origin, framable) {
    if (oddBytes(framable) && this.#oddLength !== "send") throw oddLength(origin);
    return framable;
  }
};
function copyOf(template) {
  return { header: Buffer.from(template.header), slots: template.slots };
}
function oddBytes(framable) {
  const bytes = framable.parts.reduce((sum2, part) => sum2 + part.length, 0);
  return (bytes + framable.restBytes) % 2 === 1;
}
function oddLength(name) {
  return new DataError(
    "DATA_ODD_LENGTH",
    `${name}: the data set has an odd number of bytes, which many peers abort on (PS3.5 \xA77.1.1)`,
    "ask for padOdd to pad its odd values, or leave the file out"
  );
}
function editedUid(header, edits) {
  if (edits === null) return null;
  const node = edits.level.find((one3) => one3.tag === 524312);
  if (node === void 0 || node.kind !== "set" || header.length === 0) return null;
  return String(node.value);
}
function asIs(prototype, base) {
  return withTemplate(prototype, { header: prototype.header, slots: [] }, base);
}
function withTemplate(prototype, template, base) {
  const { share: share2, dataset, tile } = prototype;
  const { header, slots } = template;
  const valueBytes = share2.datasetBytes - share2.headerBytes;
  const { location } = share2;
  if (dataset !== null && valueBytes === 0) return withoutValue(base, header, slots);
  if (dataset !== null) {
    const value = dataset.subarray(share2.headerBytes);
    if (header.length + value.length <= MAX_IMAGE_BYTES) {
      return { ...base, parts: [header, value], slots };
    }
    const borrowed2 = header.length % 2;
    const parts2 = [header, value.subarray(0, borrowed2)];
    const rest2 = (plan) => new SliceSource(value, borrowed2, plan);
    return { ...base, parts: parts2, slots, rest: rest2, restBytes: value.length - borrowed2 };
  }
  const borrowed = header.length % 2;
  if (location.kind === "file") {
    const first = prototype.firstValueByte();
    const offset = location.fileOffset + share2.headerBytes + borrowed;
    const rest2 = (plan) => new FileSource({ path: location.path, offset }, plan);
    const parts2 = [header, first.subarray(0, borrowed)];
    return { ...base, parts: parts2, slots, rest: rest2, restBytes: valueBytes - borrowed };
  }
  if (tile === null) throw new RangeError(`${share2.origin}: has no bytes`);
  const rest = (plan) => new SliceSource(tile, borrowed, plan);
  const parts = [header, tile.subarray(0, borrowed)];
  return { ...base, parts, slots, rest, restBytes: valueBytes - borrowed };
}
function withoutValue(base, header, slots) {
  if (header.length <= MAX_IMAGE_BYTES || slots.length > 0)
    return { ...base, parts: [header], slots };
  const rest = (plan) => new SliceSource(header, 0, plan);
  return { ...base, parts: [], slots, rest, restBytes: header.length };
}
function padded2(prototype, template, base) {
  const { share: share2 } = prototype;
  const whole = Buffer.concat([template.header, prototype.read().subarray(share2.headerBytes)]);
  const bytes = padOddDataset(whole, share2.transferSyntax);
  const fields = new Set(template.slots.filter((_, i) => i % 3 === 0));
  const slots = fields.size === 0 ? [] : slotsOf(bytes, share2.transferSyntax);
  const kept = [];
  for (let i = 0; i < slots.length; i += 3) {
    if (fields.has(slots[i] ?? -1)) kept.push(...slots.slice(i, i + 3));
  }
  return { ...base, parts: [bytes], slots: kept };
}

// ../../../tmp/b2.ts
var t = performance.now();
var share = loadPool({ paths: ["/tmp/tenk"], base: "/" }, { id: 2, key: "k" });
var dt = performance.now() - t;
console.log("load", share.members.length, "files", dt.toFixed(0), "ms");
var pool = new Pool(syntheticPool("KB005", { id: 1, key: "p" }));
var images = new StoreImages({ run: "178000000000001" });
var ch = { contextId: 1, maxPdu: 16384 };
var id = { study: 1, member: 2 ** 20 + 1 };
var e = compileEdits({ StudyDescription: "x" });
t = performance.now();
var M = 1e4;
for (let i = 0; i < M; i++) {
  const ee = { ...e, key: String(i) };
  images.prepare(pool.members[0], id, ee, ch).written(true);
}
console.log("unique edits \xB5s", ((performance.now() - t) * 1e3 / M).toFixed(1));
