/**
 * The logical structure of a tagged PDF (ISO 32000-1, 14.7 and 14.8), written as it comes: an element is in the file
 * as soon as it is closed, and what stays in memory is one small reference a table row. pdfkit's own structure keeps
 * every element until the end, some hundred megabytes at ten thousand rows a table.
 */

import { inside, type PdfRef } from './inside.ts';

/** Structure types that reports use. */
export type Tag =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'P'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'TOC'
  | 'TOCI'
  | 'Link'
  | 'Figure'
  | 'Code';

/** Attributes of an element. `box`: left, top, width, height on the page. */
export type TagAttributes = {
  readonly alt?: string;
  readonly scope?: 'Column' | 'Row';
  readonly box?: readonly [number, number, number, number];
};

/** Writes the structure of one document. */
export type Tagger = {
  readonly open: (tag: Tag) => void;
  readonly close: () => void;
  /** An element with its content, on the current page. */
  readonly leaf: (tag: Tag, attributes: TagAttributes, draw: () => void) => void;
  /** A leaf of type `Link` that leads to a named destination of the document; `text` says where for a reader's voice. */
  readonly link: (
    destination: string,
    text: string,
    box: readonly [left: number, top: number, width: number, height: number],
    draw: () => void,
  ) => void;
  /** Decoration that a reader's voice skips. */
  readonly artifact: (draw: () => void) => void;
  readonly endPage: () => void;
  readonly finish: () => void;
};

type Open = { readonly ref: PdfRef; readonly tag: Tag; readonly parent: PdfRef; readonly kids: PdfRef[] };

/** Makes the tagger of a document with `tagged: true`. */
export function createTagger(doc: PDFKit.PDFDocument): Tagger {
  const pdf = inside(doc);
  const root = pdf.getStructTreeRoot();
  const stack: Open[] = [];
  let marks: PdfRef[] = [];
  let nextKey = 0;

  function top(): Open {
    const open = stack.at(-1);
    if (open === undefined) throw new Error('no structure element is open');
    return open;
  }

  function settle(ref: PdfRef, data: object): void {
    ref.data = data;
    ref.end();
    // Only the number of the object is needed from here on.
    ref.data = {};
  }

  function addToParentTree(value: PdfRef): number {
    const key = nextKey;
    nextKey += 1;
    pdf.getStructParentTree().add(key, value);
    root.data['ParentTreeNextKey'] = nextKey;
    return key;
  }

  /** Marks content as the next one of the page, and gives its number there. */
  function mark(tag: Tag, ref: PdfRef, draw: () => void): number {
    const mcid = marks.length;
    marks.push(ref);
    doc.addContent(`/${tag} <</MCID ${mcid}>> BDC`);
    draw();
    doc.addContent('EMC');
    return mcid;
  }

  function open(tag: Tag): void {
    const parent = stack.at(-1);
    const ref = pdf.ref({});
    parent?.kids.push(ref);
    stack.push({ ref, tag, parent: parent?.ref ?? root, kids: [] });
    if (parent === undefined) root.data['K'] = [ref];
  }

  function close(): void {
    const { ref, tag, parent, kids } = top();
    stack.pop();
    settle(ref, { Type: 'StructElem', S: tag, P: parent, K: kids });
  }

  return {
    open,
    close,
    leaf(tag, attributes, draw) {
      const parent = top();
      const ref = pdf.ref({});
      parent.kids.push(ref);
      const mcid = mark(tag, ref, draw);
      settle(ref, {
        Type: 'StructElem',
        S: tag,
        P: parent.ref,
        Pg: pdf.page.dictionary,
        K: mcid,
        ...attributesOf(attributes, doc.page.height),
      });
    },
    link(destination, text, [left, y, width, height], draw) {
      const parent = top();
      const ref = pdf.ref({});
      parent.kids.push(ref);
      const mcid = mark('Link', ref, draw);
      const annotation = pdf.ref({
        Type: 'Annot',
        Subtype: 'Link',
        Rect: [left, doc.page.height - y - height, left + width, doc.page.height - y],
        Border: [0, 0, 0],
        // Printed with the page, as PDF/A wants (ISO 19005-2, 6.3.2).
        F: 4,
        Contents: new String(text),
        A: { S: 'GoTo', D: new String(destination) },
        StructParent: addToParentTree(ref),
      });
      annotation.end();
      pdf.page.annotations.push(annotation);
      const Pg = pdf.page.dictionary;
      settle(ref, {
        Type: 'StructElem',
        S: 'Link',
        P: parent.ref,
        Pg,
        K: [mcid, { Type: 'OBJR', Obj: annotation, Pg }],
      });
    },
    artifact(draw) {
      doc.addContent('/Artifact BMC');
      draw();
      doc.addContent('EMC');
    },
    endPage() {
      const list = pdf.ref(marks);
      list.end();
      list.data = {};
      pdf.page.dictionary.data['StructParents'] = addToParentTree(list);
      marks = [];
    },
    finish() {
      while (stack.length > 0) close();
    },
  };
}

function attributesOf({ alt, scope, box }: TagAttributes, pageHeight: number): object {
  return {
    ...(alt === undefined ? {} : { Alt: new String(alt) }),
    ...(scope === undefined ? {} : { A: { O: 'Table', Scope: scope } }),
    ...(box === undefined
      ? {}
      : {
          A: {
            O: 'Layout',
            Placement: 'Block',
            BBox: [box[0], pageHeight - box[1] - box[3], box[0] + box[2], pageHeight - box[1]],
          },
        }),
  };
}
