package apps

import (
	"strings"

	"github.com/hovedbok/hovedbok/domain/process"
)

func readSignature(node *xmlElement) process.Signature {
	if node == nil {
		return process.Signature{}
	}
	return process.Signature{
		Declared:               true,
		DataTypesToSign:        texts(node.first(altinnSpace, "dataTypesToSign"), "dataType"),
		SignatureDataType:      node.first(altinnSpace, "signatureDataType").value(),
		UniqueFrom:             texts(node.first(altinnSpace, "uniqueFromSignaturesInDataTypes"), "dataType"),
		SigneeProvider:         node.first(altinnSpace, "signeeProviderId").value(),
		SigneeStatesDataType:   node.first(altinnSpace, "signeeStatesDataTypeId").value(),
		SigningPDFDataType:     node.first(altinnSpace, "signingPdfDataType").value(),
		CorrespondenceResource: envValues(node, "correspondenceResource"),
		RunDefaultValidator:    strings.EqualFold(node.first(altinnSpace, "runDefaultValidator").value(), "true"),
	}
}

func readPayment(node *xmlElement) process.Payment {
	if node == nil {
		return process.Payment{}
	}
	return process.Payment{
		Declared:           true,
		DataType:           node.first(altinnSpace, "paymentDataType").value(),
		ReceiptPDFDataType: node.first(altinnSpace, "paymentReceiptPdfDataType").value(),
	}
}

func readPDF(node *xmlElement) process.PDF {
	if node == nil {
		return process.PDF{}
	}
	return process.PDF{
		Declared:    true,
		FilenameKey: node.first(altinnSpace, "filenameTextResourceKey").value(),
		AutoTaskIDs: texts(node.first(altinnSpace, "autoPdfTaskIds"), "taskId"),
	}
}

func readSubformPDF(node *xmlElement) process.SubformPDF {
	if node == nil {
		return process.SubformPDF{}
	}
	return process.SubformPDF{
		Declared:    true,
		FilenameKey: node.first(altinnSpace, "filenameTextResourceKey").value(),
		ComponentID: node.first(altinnSpace, "subformComponentId").value(),
		DataType:    node.first(altinnSpace, "subformDataTypeId").value(),
	}
}

func readEFormidling(node *xmlElement) process.EFormidling {
	if node == nil {
		return process.EFormidling{}
	}
	config := process.EFormidling{
		Declared:        true,
		Disabled:        envValues(node, "disabled"),
		Receiver:        envValues(node, "receiver"),
		Process:         envValues(node, "process"),
		Standard:        envValues(node, "standard"),
		TypeVersion:     envValues(node, "typeVersion"),
		Type:            envValues(node, "type"),
		SecurityLevel:   envValues(node, "securityLevel"),
		DPFShipmentType: envValues(node, "dpfShipmentType"),
	}
	for _, list := range node.all(altinnSpace, "dataTypes") {
		config.DataTypes = append(config.DataTypes, process.EnvList{Env: list.attr("env"), Values: texts(list, "dataType")})
	}
	return config
}

// texts gives the text of every child with the name.
func texts(node *xmlElement, local string) []string {
	var found []string
	for _, child := range node.all(altinnSpace, local) {
		found = append(found, child.value())
	}
	return found
}

// envValues gives the values of a setting that may be repeated for environments.
func envValues(node *xmlElement, local string) process.EnvValues {
	var values process.EnvValues
	for _, child := range node.all(altinnSpace, local) {
		values = append(values, process.EnvValue{Env: child.attr("env"), Value: child.value()})
	}
	return values
}
