package apps

// Codes of faults. Those of processes stand in domain/process (process_…) and those of policies in
// policies/xacml (E_… and W_…). They are stable: authors search for them.
const (
	FaultFolder    = "app_folder"     // the folder cannot be read, or is no app folder
	FaultFileSize  = "file_size"      // a file, or the folder, is too large
	FaultFileName  = "file_name"      // a path that no app may have
	FaultMissing   = "file_missing"   // a required file is missing
	FaultJSON      = "json_syntax"    // a file is not JSON
	FaultXML       = "xml_syntax"     // a file is not XML
	FaultCancelled = "cancelled"      // the caller gave up
	FaultStore     = "catalogue"      // the catalogue cannot be read or written
	FaultOtherApp  = "app_other_name" // the folder is that of another app than expected

	FaultMetadataShape       = "metadata_shape"             // a member has the wrong type
	FaultMetadataID          = "metadata_id"                // id is not org/app, or org disagrees with it
	FaultDataTypeID          = "data_type_id"               // a data type has no id, or one that cannot be a file name
	FaultDataTypeTwice       = "data_type_twice"            // two data types have the same id
	FaultDataTypeTask        = "data_type_task"             // taskId is no task of the process
	FaultDataTypeCount       = "data_type_count"            // minCount and maxCount contradict each other
	FaultContributors        = "data_type_contributors"     // an allowed contributor without a colon
	FaultDataTypeMissing     = "data_type_missing"          // something refers to a data type that does not exist
	FaultPDFType             = "data_type_pdf"              // a pdf task without the data type ref-data-as-pdf
	FaultField               = "metadata_field"             // a presentation or data field cannot be found
	FaultFieldIgnored        = "metadata_field_types"       // fields of several data types
	FaultSchema              = "schema_invalid"             // a schema is not a JSON Schema
	FaultSchemaRoot          = "schema_root"                // info.rootNode points nowhere
	FaultSchemaConst         = "schema_const"               // a const of another type than the field, read as the value it spells
	FaultSchemaPattern       = "schema_pattern"             // a pattern is no regular expression
	FaultSchemaUnused        = "schema_unused"              // a schema of no data type
	FaultBPMN                = "bpmn_shape"                 // a file is XML, but no process
	FaultBPMNIgnored         = "bpmn_ignored"               // elements that are not read
	FaultTaskConfig          = "task_config"                // a task lacks settings that its type needs
	FaultGatewayCondition    = "process_condition"          // a condition is no expression
	FaultGatewayField        = "process_condition_field"    // a condition reads a field that does not exist
	FaultPolicyTask          = "policy_task"                // the policy names a task that the process lacks
	FaultPolicyEndEvent      = "policy_end_event"           // the policy names an end event that the process lacks
	FaultPolicyAction        = "policy_action"              // nobody is granted an action of the process
	FaultPolicyInstantiate   = "policy_instantiate"         // nobody may create an instance
	FaultPolicyOrg           = "policy_service_task"        // the service owner may not act on a service task
	FaultPolicyDelegation    = "policy_delegation"          // the app may not delegate what its signees need
	FaultTexts               = "texts_shape"                // a text file has the wrong shape
	FaultTextsNone           = "texts_none"                 // there are no texts
	FaultUIShape             = "ui_shape"                   // a settings or layout file has the wrong shape
	FaultUIPages             = "ui_pages"                   // not exactly one of order and groups
	FaultUIPageMissing       = "ui_page_missing"            // a listed page has no file
	FaultUITask              = "ui_task_without_folder"     // a form task has no UI folder
	FaultUISettings          = "ui_folder_without_settings" // a folder with pages is not read
	FaultUIDataType          = "ui_data_type"               // a folder's default data type does not exist
	FaultOptions             = "options_shape"              // an option list has the wrong shape
	FaultSettings            = "settings_shape"             // appsettings.json has the wrong shape
	FaultLinkShape           = "link_shape"                 // links.json has the wrong shape
	FaultLinkMember          = "link_member"                // links.json has an unknown member
	FaultLinkID              = "link_id"                    // an id is malformed or used twice
	FaultLinkTrigger         = "link_trigger"               // "on" cannot be read, or names a task that does not exist
	FaultLinkApp             = "link_app"                   // "create" is not org/app
	FaultLinkOwner           = "link_owner"                 // the owner is malformed
	FaultLinkOwnerControl    = "link_owner_control"         // the control digits of an owner do not hold
	FaultLinkExpression      = "link_expression"            // an expression cannot be parsed
	FaultLinkValue           = "link_value"                 // a value is neither a literal nor an expression
	FaultLinkPath            = "link_path"                  // a path is malformed
	FaultLinkSourceField     = "link_source_field"          // an expression reads a field of A that does not exist
	FaultLinkSourceType      = "link_source_type"           // an expression or attachment names a data type of A that does not exist
	FaultLinkTargetUnknown   = "link_target_unknown"        // B does not exist
	FaultLinkTargetType      = "link_target_type"           // a data type of B does not exist
	FaultLinkTargetField     = "link_target_field"          // a field of B does not exist
	FaultLinkTargetKind      = "link_target_kind"           // a value does not fit a field of B
	FaultLinkAttachment      = "link_attachment"            // B will not take the files
	FaultLinkBackField       = "link_back_field"            // a field that back reads or writes does not exist
	FaultLinkBackKind        = "link_back_kind"             // a value of back does not fit a field of A
	FaultLinkCycle           = "link_cycle"                 // unconditional links lead back to the app
	FaultLinkBrokenByPublish = "link_broken"                // a new version breaks the link of another app
)
