// A forwarder that is not ours: dcmjs-dimse's Server takes, its Client hands on. It loses, repeats
// and damages what it is told to.
import dcmjsDimse from 'dcmjs-dimse';
import { anyPortFree, HOST } from './peers/process.ts';

const { Server, Scp, Client, constants, log, requests, responses } = dcmjsDimse;
log.setLevel('error');

export interface Misdeeds {
  readonly drop: ReadonlySet<string>;
  readonly repeat: ReadonlySet<string>;
  readonly damage: ReadonlySet<string>;
}

export interface ForwarderTarget {
  readonly port: number;
  readonly calledAET: string;
}

/** Starts it on a free port; `forwarded` counts the stores it handed on. */
export async function startForwarder(
  to: ForwarderTarget,
  misdeeds: Misdeeds,
): Promise<{ port: number; forwarded: () => number; stop: () => void }> {
  let forwarded = 0;
  const forward = (dataset: InstanceType<typeof dcmjsDimse.Dataset>): Promise<void> =>
    new Promise((resolve) => {
      const client = new Client();
      client.addRequest(new requests.CStoreRequest(dataset));
      client.on('closed', () => resolve());
      client.on('networkError', () => resolve());
      client.send(HOST, to.port, 'FORWARDER', to.calledAET);
      forwarded += 1;
    });
  class Forwarder extends Scp {
    override associationRequested(
      association: InstanceType<typeof dcmjsDimse.association.Association>,
    ): void {
      for (const { context } of association.getPresentationContexts()) {
        const [first] = context.getTransferSyntaxUids();
        if (first) context.setResult(constants.PresentationContextResult.Accept, first);
      }
      this.sendAssociationAccept();
    }

    override cStoreRequest(
      request: InstanceType<typeof requests.CStoreRequest>,
      callback: (response: InstanceType<typeof responses.CStoreResponse>) => void,
    ): void {
      const response = responses.CStoreResponse.fromRequest(request);
      response.setStatus(constants.Status.Success);
      const uid = request.getAffectedSopInstanceUid() ?? '';
      const dataset = request.getDataset();
      if (dataset && !misdeeds.drop.has(uid)) {
        if (misdeeds.damage.has(uid)) flipAByte(dataset.getElements());
        const again = misdeeds.repeat.has(uid);
        void forward(dataset).then(() => (again ? forward(dataset) : undefined));
      }
      callback(response);
    }

    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }
  }
  const port = await anyPortFree();
  const server = new Server(Forwarder);
  server.on('networkError', () => undefined);
  server.listen(port, { logCommandDatasets: false, logDatasets: false });
  return { port, forwarded: () => forwarded, stop: () => server.close() };
}

function flipAByte(elements: Record<string, unknown>): void {
  const [pixels] = elements['PixelData'] as ArrayBuffer[];
  if (pixels === undefined) return;
  const copy = new Uint8Array(pixels.slice(0));
  copy[3] = (copy[3] ?? 0) ^ 0xff;
  elements['PixelData'] = [copy.buffer];
}
