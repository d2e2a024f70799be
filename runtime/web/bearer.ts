// What a bearer token may be made of (RFC 6750 §2.1).
export const BEARER_CHARACTERS = 'letters, digits and - . _ ~ + / =';

export function isBearerToken(text: string): boolean {
  return /^[\w.~+/-]+=*$/.test(text);
}
