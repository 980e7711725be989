/** Where a data folder is when nobody names another. */
export const DATA_FOLDER = '.daybook';
