// How many pixels there are and how large each is; what is in them is of no matter here.

/** The pixels of one or more frames (PS3.3 C.7.6.3). */
export interface PixelShape {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samples: 1 | 3;
  readonly bitsAllocated: 1 | 8 | 16 | 32;
  readonly bitsStored: number;
}

/** Bytes of one frame, unpadded (1-bit frames rounded up). */
export function frameBytes(shape: PixelShape): number {
  return Math.ceil((shape.rows * shape.columns * shape.samples * shape.bitsAllocated) / 8);
}
