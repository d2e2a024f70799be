// What an account says of its cause: nobody delivered at all, or the router gives new UIDs.
import type { DeliveryAccount } from '../summary.ts';

/** As many unexpected as missing instances, give or take this share: the same ones, renamed. */
const ALIKE = 0.1;

/** One sentence a cause, with where to look. */
export function deliveryHints(accounts: readonly DeliveryAccount[]): readonly string[] {
  const silent = accounts.filter(
    ({ accepted, arrived, unexpected, late }) => accepted > 0 && arrived + unexpected + late === 0,
  );
  return [...silent.map(({ route }) => silence(route)), ...renamed(accounts)];
}

function silence(route: string): string {
  const where = 'the line "receive" of the plan says where the receiver listens';
  return `nothing at all arrived by ${route}: does the router deliver here? ${where}`;
}

function renamed(accounts: readonly DeliveryAccount[]): readonly string[] {
  const missing = accounts.reduce((sum, one) => sum + one.missing, 0);
  const unexpected = accounts.reduce((sum, one) => sum + one.unexpected, 0);
  if (missing === 0 || Math.abs(missing - unexpected) > missing * ALIKE) return [];
  return [
    'as many images are missing as arrived unexpected: the router may give new UIDs; ' +
      'see `correlate` in dicomrun help delivery',
  ];
}
