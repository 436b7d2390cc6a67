/** No line of a report is longer: the width of a mail that others can still quote. */
export const pageWidth = 100;
