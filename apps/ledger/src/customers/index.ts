// What other features may import.
export { CreateCustomer } from './create-customer';
export { EXTERNAL_ID_FIELD, ProfileRequest } from './customers.dto';
export { customersProjection } from './customers.projection';
export { GetCustomer } from './get-customers';
