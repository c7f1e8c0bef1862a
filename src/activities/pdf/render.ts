/**
 * The PDF of a pack: for a director to read and an auditor to accept. Equal reports give equal bytes, on any machine
 * and in any time zone: dates come from the period, streams are packed by fflate, fonts by pdfkit at its pinned version.
 *
 * Pages are handed on as they fill, so memory does not grow with the report beyond one small reference a table row.
 */

import PdfDocument from 'pdfkit';
import type { PackReport } from '../../domain/packReport.ts';
import { appendix } from './appendix.ts';
import { chapters, hasChapter } from './chapters.ts';
import { type Fonts, registerFonts } from './fonts.ts';
import { contents, cover } from './front.ts';
import { paletteOf } from './palette.ts';
import { createSheet, type Sheet, type SheetInput } from './sheet.ts';
import { summary } from './summary.ts';
import { clean } from './text.ts';
import { periodInWords } from './words.ts';

/** What made the file, in its metadata; no version of ours, so that an upgrade alone does not change a pack. */
const PRODUCER = 'monsys-msp with pdfkit 0.20.2';

/** Renders `report` and hands its bytes on. */
export async function renderPackPdf(report: PackReport, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  const doc = openDocument(report);
  const fonts = registerFonts(doc);
  const common: Omit<SheetInput, 'measured'> = {
    doc,
    fonts,
    palette: paletteOf(report.brand.primary_color),
    running: runningHead(report, fonts),
  };

  const first = createSheet({ ...common, measured: null });
  for (const _ of pages(first, report));
  const second = createSheet({ ...common, measured: { chapters: first.chapters, pages: first.page } });
  const drain = async (): Promise<void> => {
    const bytes = doc.read() as Buffer | null;
    if (bytes !== null) await write(bytes);
  };
  let drained = 0;
  for (const _ of pages(second, report)) {
    if (second.page === drained) continue;
    drained = second.page;
    await drain();
  }
  doc.end();
  await drain();
}

/** Everything, in order; pauses where bytes may be taken. */
function* pages(sheet: Sheet, report: PackReport): Generator<undefined> {
  sheet.open('Document');
  cover(sheet, report);
  contents(sheet);
  if (hasChapter(report, 'summary')) yield* summary(sheet, report);
  yield* chapters(sheet, report);
  yield* appendix(sheet, report);
  sheet.finish();
}

function openDocument(report: PackReport): PDFKit.PDFDocument {
  const until = new Date(report.period.until);
  return new PdfDocument({
    autoFirstPage: false,
    bufferPages: false,
    compress: false,
    fontLayoutCache: false,
    // pdfkit opens Helvetica by default, which cannot be embedded; PDF/A wants every font to be.
    font: null as unknown as string,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: forMetadata(
        `${report.on_demand?.title ?? 'Audit pack'} of ${report.tenant.name}, ${periodInWords(report)}`,
      ),
      Author: forMetadata(report.msp.name),
      Subject: forMetadata(`${report.on_demand === undefined ? 'Pack' : 'Report'} ${report.pack_id}`),
      Creator: 'monsys-msp',
      Producer: PRODUCER,
      CreationDate: until,
    },
  });
}

/** pdfkit writes these into XML as they are; names with markup characters must not break it. */
function forMetadata(text: string): string {
  return clean(text, { covers: () => true, width: () => 0 })
    .replaceAll('&', '+')
    .replaceAll('<', '‹')
    .replaceAll('>', '›');
}

function runningHead(report: PackReport, fonts: Fonts): SheetInput['running'] {
  const marks = [
    ...(report.filter === null ? [] : [`filtered: ${report.filter.actor_suffix}`]),
    ...(report.is_preview ? ['preview'] : []),
  ];
  const shorten = (text: string, most: number): string => {
    const letters = Array.from(clean(text, fonts));
    return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
  };
  return {
    left: shorten(report.tenant.name, 60),
    right: shorten([periodInWords(report), ...marks].join(' · '), 60),
  };
}
