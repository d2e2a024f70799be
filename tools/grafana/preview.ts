// What the preview of a dashboard is drawn from: the answers to its panels' queries. Plain JSON.
export interface PreviewLine {
  readonly label: string;
  /** Time in ms since the epoch, and the value. */
  readonly points: readonly (readonly [at: number, value: number | null])[];
}

/** A cell of a table. */
export type PreviewCell = string | number | null;

export interface PreviewPanel {
  readonly title: string;
  /** As Grafana calls it: `stat`, `timeseries`, `table`, `heatmap`, `row`. */
  readonly type: string;
  /** Of 24 columns. */
  readonly width: number;
  /** Unit of Grafana. */
  readonly unit: string;
  /** Units of single columns, or of lines by regular expression. */
  readonly units: Readonly<Record<string, string>>;
  /** Regular expression of the lines on the right axis. */
  readonly right?: string;
  readonly lines: readonly PreviewLine[];
  readonly tables: readonly {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly PreviewCell[])[];
  }[];
}

export interface PreviewDashboard {
  readonly title: string;
  readonly panels: readonly PreviewPanel[];
  /** Events, time in ms since the epoch. */
  readonly marks: readonly { readonly at: number; readonly label: string }[];
}
