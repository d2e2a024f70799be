// Nothing: what an iteration itself costs.
export default function () {
  return undefined;
}
