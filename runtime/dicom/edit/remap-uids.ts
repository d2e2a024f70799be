// New UIDs for old ones: equal seeds and equal old UIDs give equal new ones.
import { createHash } from 'node:crypto';
import { keywordOf } from '../element/dictionary.ts';
import type { EditLevel, EditNode } from './edits.ts';
import { type ElementAt, indexDataset, vrOfElement } from '../element/element-index.ts';
import { encodingOf } from '../element/transfer-syntax.ts';

/** UIDs that name a kind of thing, not a thing. */
export const KIND_UIDS = new Set(
  `SOPClassUID ReferencedSOPClassUID CodingSchemeUID ContextUID MappingResourceUID
  ContextGroupExtensionCreatorUID PrivateInformationCreatorUID RelatedGeneralSOPClassUID
  OriginalSpecializedSOPClassUID SOPClassesSupported SOPClassesInStudy EncryptedContentTransferSyntaxUID
  MACCalculationTransferSyntaxUID ImplementationClassUID AffectedSOPClassUID RequestedSOPClassUID
  ColorPaletteUID PixelCodecTransferSyntaxUID AvailableTransferSyntaxUID`.split(/\s+/),
);

/** New UIDs for a value of UIDs; those of the standard stay. */
export function remapUids(value: string, seed: string): string {
  return value
    .split('\\')
    .map((part) => {
      const uid = part.replace(/[ \0]+$/, '');
      return uid === '' || uid.startsWith('1.2.840.10008.') ? uid : remapUid(uid, seed);
    })
    .join('\\');
}

/** The new UID of an old one: the same for the same seed, whatever file it is in. */
export function remapUid(uid: string, seed: string): string {
  const hash = createHash('sha256').update(`${seed}\n${uid}`).digest('hex').slice(0, 30);
  return `2.25.1${BigInt(`0x${hash}`).toString().padStart(38, '0').slice(-38)}`;
}

/**
 * Edits that give every instance UID of a data set a new one, references in sequences included:
 * applied with one seed over the files of a study they still fit together.
 */
export function remapLevel(dataset: Buffer, transferSyntax: string, seed: string): EditLevel {
  const { elements } = indexDataset(dataset, encodingOf(transferSyntax), true);
  const visit = (level: readonly ElementAt[]): EditLevel =>
    level.flatMap((element): EditNode[] => {
      const { tag } = element;
      if (element.items !== null) {
        const at = new Map<number, EditLevel>();
        element.items.forEach((item, i) => {
          const inner = visit(item.elements);
          if (inner.length > 0) at.set(i, inner);
        });
        return at.size === 0 ? [] : [{ kind: 'into', tag, at }];
      }
      if (vrOfElement(element) !== 'UI' || KIND_UIDS.has(keywordOf(tag)) || tag >>> 16 <= 2)
        return [];
      return [
        {
          kind: 'set',
          tag,
          vr: null,
          value: remapUids(
            dataset.toString('latin1', element.valueOffset, element.valueOffset + element.length),
            seed,
          ),
        },
      ];
    });
  return visit(elements);
}
